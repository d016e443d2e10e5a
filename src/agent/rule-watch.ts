// Listens to the kernel's own account of who changes which rules, so that a change by another program is undone at once.
import type { RuleEvent } from "../backends/index.ts";
import type { Listen, Listener } from "../host/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createCostJudge } from "./listening-cost.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { createEventReader, type RuleTransaction } from "./rule-events.ts";

export interface RuleWatch {
  /** Begins to listen, unless it has begun. */
  start(): void;
  /** Has every change since the last full look been reported? */
  isReliable(): boolean;
  stop(): void;
}

export interface RuleWatchOptions {
  readonly listen: Listen;
  /** The tables that hold rules of ours. */
  readonly tables: () => readonly string[];
  /** Does an event concern rules of ours? */
  readonly matters: (event: RuleEvent) => boolean;
  /** A program, this one or another, has changed some of ours. */
  readonly changed: (transaction: RuleTransaction) => void;
  /** Something may have been missed: look at everything. */
  readonly look: () => void;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  /** Bytes that the container of this process may take. */
  readonly containerMemory: number;
  /** Listen even if the cost of it cannot be measured? */
  readonly unmeasured: boolean;
  readonly clock?: Clock;
}

/** Milliseconds between two looks at what it costs: while it starts, and while it has something to say. */
const COST_MS = 1_000;

/** Milliseconds until a listener has read the ruleset and listens, which it does not say. */
const READY_MS = 5_000;

/** Wait before a listener that has ended is started again: doubled each time, up to the longest. After one that cost too much. */
const FIRST_RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 60_000;
const TOO_DEAR_MS = 600_000;

export function watchRules({
  listen,
  tables,
  matters,
  changed,
  look,
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
  // Milliseconds that this process has spent on reading what the listener says.
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
  const giveUp = (why: string, severity: "info" | "warning" = "warning") => {
    end();
    log.state("rule watch", severity, `changes by other programs are repaired at the next resync, not at once: ${why}`);
  };
  const restart = (ms: number, why: string) => {
    giveUp(why);
    if (isOn) after(ms, begin);
  };

  /** Returns what is called whenever the listener may have cost something. */
  const watchCost = (from: Listener): (() => void) => {
    const judge = createCostJudge(containerMemory);
    let isDue = false;
    const check = () => {
      isDue = false;
      const cost = from.cost();
      if (listener !== from) return;
      if (!cost) {
        // Nothing is wrong: on Deno with less than all permissions it is always so.
        if (!unmeasured) giveUp("the cost of nft monitor cannot be measured here (see --watch-rules)", "info");
        return;
      }
      const why = judge({ ...cost, cpu: cost.cpu + reading / 1000 }, clock.now());
      if (why !== undefined) restart(TOO_DEAR_MS, why);
    };
    return () => {
      if (isDue) return;
      isDue = true;
      after(COST_MS, check);
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
        spent();
        for (const transaction of transactions) changed(transaction);
        if (reader.hasLost()) {
          log.event("warning", "nft monitor lost events; all rules are checked");
          look();
        }
      },
      ended: (why) => {
        const wait = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** failures++);
        restart(wait, `nft monitor has ended: ${why}`);
      },
    });
    listener = started;
    const spent = watchCost(started);
    // It says nothing while it reads the ruleset.
    for (let ms = 0; ms < READY_MS; ms += COST_MS) after(ms, spent);
    after(READY_MS, () => {
      reliable = true;
      failures = 0;
      metrics?.watching(true);
      if (log.over("rule watch")) log.event("info", "changes by other programs are repaired at once again");
      look();
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
