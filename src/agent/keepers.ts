// The keepers of all families, each begun when a policy for its family first comes.
import type { EntryCounter } from "../backends/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { inTime } from "./in-time.ts";
import { type Keeper, type KeeperOptions, keep } from "./keeper.ts";
import type { RuleTransaction } from "./rule-events.ts";

/** Longest that a scrape waits for the kernel's counters; Prometheus gives up after 10 s. Milliseconds. */
const COUNTERS_MS = 2_000;

export interface Keepers {
  /** Takes effect with the next sync. A family that is not in it stays as it is. */
  want(policy: readonly FamilyPolicy[]): void;
  /** Syncs each family now. */
  sync(): void;
  /** Resolves when the syncs under way have ended. */
  ended(): Promise<void>;
  all(): readonly Keeper[];
  /** Hands a transaction to the keepers whose rules it concerns. */
  changed(transaction: RuleTransaction): void;
  /** The counters of each family whose rules can be read in time. */
  counters(): Promise<ReadonlyMap<string, readonly EntryCounter[]>>;
  /** Ends them; syncs under way are finished. */
  stop(): Promise<void>;
}

export function createKeepers(options: () => KeeperOptions): Keepers {
  const keepers: { readonly keeper: Keeper; readonly read: () => Promise<readonly EntryCounter[] | undefined> }[] = [];
  return {
    want: (policy) => {
      for (const part of policy) {
        const known = keepers.find(({ keeper }) => keeper.family === part.family);
        if (known) known.keeper.want(part);
        else {
          const { metrics } = options();
          metrics?.kept(part.family);
          const keeper = keep(part, options());
          keepers.push({ keeper, read: inTime(COUNTERS_MS, keeper.counters) });
        }
      }
    },
    sync: () => {
      for (const { keeper } of keepers) keeper.trigger();
    },
    ended: async () => {
      await Promise.all(keepers.map(({ keeper }) => keeper.ended()));
    },
    all: () => keepers.map(({ keeper }) => keeper),
    changed: (transaction) => {
      for (const { keeper } of keepers) if (transaction.events.some(keeper.concerns)) keeper.changed(transaction);
    },
    counters: async () => {
      const found = await Promise.all(keepers.map(async ({ keeper, read }) => [keeper.family, await read()] as const));
      return new Map(found.flatMap(([family, entries]) => (entries ? [[family, entries] as const] : [])));
    },
    stop: async () => {
      await Promise.all(keepers.map(({ keeper }) => keeper.stop()));
    },
  };
}
