// Maintains the rules of all families. The keeper of a family starts when its first policy arrives.
import type { EntryCounter } from "../backends/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { type Keeper, type KeeperOptions, keep } from "./keeper.ts";
import type { RuleTransaction } from "./rule-events.ts";
import { withTimeLimit } from "./time-limit.ts";

/** The longest time that a scrape waits for the kernel's counters; Prometheus gives up after 10 s. */
const COUNTERS_MS = 2_000;

export interface Keepers {
  /** Sets the policies to maintain; takes effect with the next sync. A family without a policy here stays as it is. */
  want(policy: readonly FamilyPolicy[]): void;
  /** Syncs each family now. */
  sync(): void;
  /** Resolves when all running syncs have ended. */
  ended(): Promise<void>;
  all(): readonly Keeper[];
  /** Passes a transaction to the keepers whose rules it concerns. */
  changed(transaction: RuleTransaction): void;
  /** The counters of each family whose rules can be read in time. */
  counters(): Promise<ReadonlyMap<string, readonly EntryCounter[]>>;
  /** Stops them; running syncs are finished. */
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
          keepers.push({ keeper, read: withTimeLimit(COUNTERS_MS, keeper.counters) });
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
