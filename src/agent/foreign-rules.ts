// Rules of other programs that translate what the config keeps: looked for after each change and now and then, and reported.
import { findSourceNat, formatDefeats, isQuicklyCompared } from "../doctor/index.ts";
import { openFiles, thisHost } from "../host/index.ts";
import { readBriefly } from "../netfilter/brief.ts";
import type { Ours } from "../netfilter/index.ts";
import { readNat } from "../netfilter/read-nat.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Milliseconds between a change and the look that follows it: the other family's rules change at the same time. */
const SETTLE_MS = 1_000;

/** Milliseconds between two looks, at least. */
const PAUSE_MS = 300_000;

/** How much longer than a look takes is waited until the next. */
const REST = 200;

export interface ForeignRulesWatch {
  /** These policies are wanted from now on. */
  want(policies: readonly FamilyPolicy[]): void;
  /** The agent's rules have changed. Returns at once; the look follows. */
  changed(): void;
  /** Ends it, and resolves when the look under way has ended. */
  stop(): Promise<void>;
}

export interface ForeignRulesOptions {
  readonly ours: Ours;
  /** Milliseconds between two syncs. */
  readonly interval: () => number;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  readonly find?: typeof findSourceNat;
  readonly clock?: Clock;
}

/** Nothing is looked at before the first change. */
export function watchForeignRules({
  ours,
  interval,
  log,
  metrics,
  find = findSourceNat,
  clock = systemClock,
}: ForeignRulesOptions): ForeignRulesWatch {
  let policies: readonly FamilyPolicy[] = [];
  let running: Promise<void> | undefined;
  let isDue = false;
  let stopped = false;
  let earliest = 0;
  let cancel = () => {};

  const look = async () => {
    const policy = policies.filter(isQuicklyCompared);
    try {
      const families = policy.map(({ family }) => family);
      const { run, skipped } = readBriefly(thisHost.run);
      const nat = () => readNat({ run }, families);
      const { findings } = await find({ nat, files: openFiles(), policy, ours });
      const defeats = formatDefeats({ findings });
      if (defeats.length > 0) log.state("foreign rules", "warning", defeats.join("\n"));
      else if (log.over("foreign rules")) log.event("info", "no rule of another program defeats the config any more");
      const gap = skipped();
      if (gap) log.state("foreign rules not read", "info", gap);
      else log.over("foreign rules not read");
      metrics?.foreignRules(findings.filter(({ severity }) => severity === "error").length, findings.length);
    } catch (error) {
      log.event("info", `rules of other programs could not be looked at: ${(error as Error).message}`, 2);
    }
  };
  const work = async () => {
    isDue = false;
    const begin = clock.now();
    await look();
    earliest = clock.now() + REST * (clock.now() - begin);
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
