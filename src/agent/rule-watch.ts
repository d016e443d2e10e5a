// Listens to the kernel's events about rule changes, so that a change by another program is repaired at once.
import type { RuleEvent } from "../backends/index.ts";
import type { Listen, Listener } from "../host/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createCostJudge } from "./listening-cost.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { createEventReader, type RuleTransaction } from "./rule-events.ts";

export interface RuleWatch {
  /** Starts listening unless it already is. */
  start(): void;
  /** Whether every change since all rules were last read has been reported. */
  isReliable(): boolean;
  stop(): void;
}

export interface RuleWatchOptions {
  readonly listen: Listen;
  /** The tables that contain our rules. */
  readonly tables: () => readonly string[];
  /** Whether an event concerns our rules. */
  readonly matters: (event: RuleEvent) => boolean;
  /** Called when a program, this one or another, has changed our rules. */
  readonly changed: (transaction: RuleTransaction) => void;
  /** Called when events may have been missed, and all rules must be read. */
  readonly readAll: () => void;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  /** The memory limit of this process's container, in bytes. */
  readonly containerMemory: number;
  /** Whether to listen even if the cost cannot be measured. */
  readonly unmeasured: boolean;
  readonly clock?: Clock;
}

/** How often the cost is measured, while the listener starts and while it prints something. */
const COST_CHECK_MS = 1_000;

/** How long a listener may take to read the ruleset before it listens; it does not report when it is ready. */
const READY_MS = 5_000;

/** The delay before a listener that has ended is restarted, doubled each time up to a limit. */
const FIRST_RESTART_MS = 1_000;
const MAX_RESTART_MS = 60_000;

/** The delay before a listener that cost too much is restarted. */
const OVER_BUDGET_RETRY_MS = 600_000;

export function watchRules({
  listen,
  tables,
  matters,
  changed,
  readAll,
  containerMemory,
  unmeasured,
  log,
  metrics,
  clock = systemClock,
}: RuleWatchOptions): RuleWatch {
  let listener: Listener | undefined;
  let reliable = false;
  let isOn = false;
  let failures = 0;
  const cancels = new Set<() => void>();
  // Milliseconds that this process has spent on reading the listener's output.
  let reading = 0;

  const after = (ms: number, then: () => void) => {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel);
      then();
    });
    cancels.add(cancel);
  };
  const end = () => {
    for (const cancel of cancels) cancel();
    cancels.clear();
    listener?.stop();
    listener = undefined;
    reliable = false;
    metrics?.watching(false);
  };
  const stopListening = (why: string, severity: "info" | "warning" = "warning") => {
    end();
    log.state("rule watch", severity, `changes by other programs are repaired at the next resync, not at once: ${why}`);
  };
  const restart = (ms: number, why: string) => {
    stopListening(why);
    if (isOn) after(ms, begin);
  };

  /** Returns a function that schedules a check of the cost; called whenever the listener may have caused some. */
  const watchCost = (from: Listener): (() => void) => {
    const judge = createCostJudge(containerMemory);
    let isDue = false;
    const check = () => {
      isDue = false;
      const cost = from.cost();
      if (listener !== from) return;
      if (!cost) {
        // Not a fault: Deno cannot measure it unless it has all permissions.
        if (!unmeasured) stopListening("the cost of nft monitor cannot be measured here (see --watch-rules)", "info");
        return;
      }
      const why = judge({ ...cost, cpu: cost.cpu + reading / 1000 }, clock.now());
      if (why !== undefined) restart(OVER_BUDGET_RETRY_MS, why);
    };
    return () => {
      if (isDue) return;
      isDue = true;
      after(COST_CHECK_MS, check);
    };
  };

  const begin = (): void => {
    end();
    const reader = createEventReader(tables, matters);
    const started = listen("nft", ["monitor"], {
      text: (part) => {
        const begin = clock.now();
        const transactions = reader.read(part);
        reading += clock.now() - begin;
        scheduleCostCheck();
        for (const transaction of transactions) changed(transaction);
        if (reader.hasLost()) {
          log.event("warning", "nft monitor lost events; all rules are checked");
          readAll();
        }
      },
      ended: (why) => {
        const wait = Math.min(MAX_RESTART_MS, FIRST_RESTART_MS * 2 ** failures++);
        restart(wait, `nft monitor has ended: ${why}`);
      },
    });
    listener = started;
    const scheduleCostCheck = watchCost(started);
    // It prints nothing while it reads the ruleset.
    for (let ms = 0; ms < READY_MS; ms += COST_CHECK_MS) after(ms, scheduleCostCheck);
    after(READY_MS, () => {
      reliable = true;
      failures = 0;
      metrics?.watching(true);
      if (log.over("rule watch")) log.event("info", "changes by other programs are repaired at once again");
      readAll();
    });
  };

  return {
    start: () => {
      if (!isOn) begin();
      isOn = true;
    },
    isReliable: () => reliable,
    stop: () => {
      isOn = false;
      end();
    },
  };
}
