// Finds and reports other programs' rules that translate what the config keeps, after each change and at intervals.
import { findOverrides } from "../doctor/index.ts";
import type { Ours } from "../netfilter/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Milliseconds between a change and the check after it: the other family's rules change at the same time. */
const SETTLE_MS = 1_000;

/** The shortest time between two checks, in milliseconds. */
const PAUSE_MS = 300_000;

/** The pause after a check is at least this many times the duration of the check. */
const REST_FACTOR = 200;

export interface ForeignRulesWatch {
  /** Sets the policies to compare with. */
  want(policies: readonly FamilyPolicy[]): void;
  /** The agent's rules have changed. Returns at once; the check follows. */
  changed(): void;
  /** Stops, and resolves when a running check has ended. */
  stop(): Promise<void>;
}

export interface ForeignRulesOptions {
  readonly ours: Ours;
  /** Milliseconds between two syncs. */
  readonly interval: () => number;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  readonly find?: typeof findOverrides;
  readonly clock?: Clock;
}

/** Checks nothing before the first change. */
export function watchForeignRules({
  ours,
  interval,
  log,
  metrics,
  find = findOverrides,
  clock = systemClock,
}: ForeignRulesOptions): ForeignRulesWatch {
  let policies: readonly FamilyPolicy[] = [];
  let running: Promise<void> | undefined;
  let isDue = false;
  let stopped = false;
  let earliest = 0;
  let cancel = () => {};

  const check = async () => {
    try {
      const { findings, lines, gap } = await find(policies, ours);
      if (lines.length > 0) log.state("foreign rules", "warning", lines.join("\n"));
      else if (log.over("foreign rules"))
        log.event("info", "no rule of another program overrides the config any longer");
      if (gap) log.state("foreign rules not read", "info", gap);
      else log.over("foreign rules not read");
      metrics?.foreignRules(findings.filter(({ severity }) => severity === "error").length, findings.length);
    } catch (error) {
      log.event("info", `cannot read the rules of other programs: ${(error as Error).message}`, 2);
    }
  };
  const work = async () => {
    isDue = false;
    const begin = clock.now();
    await check();
    earliest = clock.now() + REST_FACTOR * (clock.now() - begin);
    running = undefined;
    if (!stopped) schedule(isDue ? SETTLE_MS : Math.max(PAUSE_MS, interval()));
  };
  const schedule = (wait: number) => {
    cancel();
    cancel = clock.after(Math.max(wait, earliest - clock.now()), () => {
      running = work();
    });
  };
  return {
    want: (wanted) => {
      policies = wanted;
    },
    changed: () => {
      if (stopped) return;
      isDue = true;
      if (!running) schedule(SETTLE_MS);
    },
    stop: async () => {
      stopped = true;
      cancel();
      await running;
    },
  };
}
