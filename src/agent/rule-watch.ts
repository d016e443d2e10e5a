// Listens to the kernel's own account of who changes which rules, so that a change by another program is undone at once.
import type { RuleEvent } from "../backends/index.ts";
import type { Listen, Listener } from "../host/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { createEventReader, type RuleTransaction } from "./rule-events.ts";

export interface RuleWatch {
  /** Begins to listen, unless it has begun. */
  start(): void;
  /** Has it heard of every change since the last full look? */
  isReliable(): boolean;
  stop(): void;
}

export interface RuleWatchOptions {
  readonly listen: Listen;
  /** Does an event concern rules of ours? */
  readonly matters: (event: RuleEvent) => boolean;
  /** A program, this one or another, has changed some of ours. */
  readonly changed: (transaction: RuleTransaction) => void;
  /** Something may have been missed: look at everything. */
  readonly look: () => void;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  /** Listen even if the cost of it cannot be measured? */
  readonly unmeasured: boolean;
  readonly clock?: Clock;
}

/**
 * What listening may cost at most: this part of a processor, both of nft and of reading what it says, and this much memory.
 * `nft monitor` holds the whole ruleset of the node: 40,000 rules took 139 MB (nft 1.0.6).
 */
const MOST_CPU = 0.2;
const MOST_MEMORY = 64 << 20;

/** How often the cost is looked at, and over how many of these looks the processor time counts. */
const COST_MS = 1_000;
const COST_LOOKS = 5;

/** Milliseconds until a listener has read the ruleset and listens, which it does not say. */
const READY_MS = 5_000;

/** Wait before a listener that has ended is started again: doubled each time, up to the longest. After one that cost too much. */
const FIRST_RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 60_000;
const TOO_DEAR_MS = 600_000;

export function watchRules({
  listen,
  matters,
  changed,
  look,
  log,
  metrics,
  unmeasured,
  clock = systemClock,
}: RuleWatchOptions): RuleWatch {
  let listener: Listener | undefined;
  let reliable = false;
  let isOn = false;
  let failures = 0;
  let cancels: (() => void)[] = [];
  // Milliseconds that this process has spent on reading what the listener says.
  let reading = 0;

  const after = (ms: number, then: () => void) => cancels.push(clock.after(ms, then));
  const end = () => {
    for (const cancel of cancels) cancel();
    cancels = [];
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

  const watchCost = (from: Listener) => {
    // One for each look, in seconds.
    let spent: readonly number[] = [];
    const check = () => {
      const cost = from.cost();
      if (listener !== from) return;
      if (!cost) {
        // Nothing is wrong: on Deno with less than all permissions it is always so.
        if (!unmeasured) giveUp("the cost of nft monitor cannot be measured here (see --watch-rules)", "info");
        return;
      }
      if (cost.resident > MOST_MEMORY) {
        const size = `${cost.resident >> 20} MiB, more than ${MOST_MEMORY >> 20}`;
        return restart(TOO_DEAR_MS, `nft monitor holds the node's whole ruleset and takes ${size}`);
      }
      spent = [...spent, cost.cpu + reading / 1000].slice(-COST_LOOKS - 1);
      const seconds = ((spent.length - 1) * COST_MS) / 1000;
      const part = ((spent.at(-1) ?? 0) - (spent[0] ?? 0)) / seconds;
      if (spent.length > COST_LOOKS && part > MOST_CPU) {
        const share = `${Math.round(part * 100)} % of a processor, more than ${MOST_CPU * 100} %`;
        return restart(TOO_DEAR_MS, `listening to what other programs change takes ${share}`);
      }
      after(COST_MS, check);
    };
    after(COST_MS / 4, check);
  };

  const begin = (): void => {
    end();
    const reader = createEventReader(matters);
    const started = listen("nft", ["monitor"], {
      text: (part) => {
        const begin = clock.now();
        const transactions = reader.read(part);
        reading += clock.now() - begin;
        for (const transaction of transactions) changed(transaction);
        if (reader.hasLost()) {
          log.event("warning", "nft monitor has lost events; all rules are looked at");
          look();
        }
      },
      ended: (why) => {
        const wait = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** failures++);
        restart(wait, `nft monitor has ended: ${why}`);
      },
    });
    listener = started;
    watchCost(started);
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
