// One family, kept as its policy wants it.
import { type Backend, type Change, type EntryCounter, formatChange, type Transaction } from "../backends/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { type Reconciler, reconcile } from "./reconcile.ts";

/** So many repairs within the last so many syncs are no accident any more. */
const CONTEST = { repairs: 3, syncs: 10 };

/** Entries of a policy that are counted one by one: with more, each scrape would stop the loop for too long. */
const MAX_COUNTED = 4_096;

export interface Keeper extends Reconciler {
  readonly family: FamilyPolicy["family"];
  /** What is wanted from now on; takes effect with the next sync. */
  want(policy: FamilyPolicy): void;
  /** Why the last sync failed; undefined where it did not. */
  failure(): string | undefined;
  /** Has a sync ended well? */
  settled(): boolean;
  /** Milliseconds since a sync ended, or since another interval began. */
  idle(): number;
  /** How many connections each entry has decided about, read from the kernel; of a very long policy none is counted. */
  counters(): Promise<readonly EntryCounter[]>;
}

export interface KeeperOptions {
  readonly open: () => Promise<Backend>;
  /** Milliseconds between two syncs. */
  readonly interval: () => number;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  readonly clock?: Clock;
}

/** Keeps the family of `first`; nothing happens before the first `trigger`. */
export function keep(
  first: FamilyPolicy,
  { open, interval, log, metrics, clock = systemClock }: KeeperOptions,
): Keeper {
  const { family } = first;
  // The words that people's log filters know from the established agent.
  const failed = `Error syncing masquerade rules${family === "ipv6" ? " for IPv6" : ""}`;
  let policy = first;
  // What the last good sync put in force, and what those that failed since may have.
  let inForce: readonly FamilyPolicy[] = [];
  let failure: string | undefined;
  let since = clock.now();
  let pace = interval();
  // Of the last syncs that went well: did they repair what somebody else had changed?
  let repairs: readonly boolean[] = [];

  const report = (
    backend: Backend,
    wanted: FamilyPolicy,
    transaction: Transaction | undefined,
    repair: Transaction | undefined,
  ) => {
    if (!transaction) return log.event("info", `${backend.name} ${family}: in sync`, 4);
    const { added, removed, kept } = transaction.counts;
    const what = `${backend.name} ${family}: ${backend.unit}: ${added} added, ${removed} removed, ${kept} kept`;
    log.event("info", repair ? `${what}; drift is repaired` : what);
    if (inForce.length === 0 && removed + kept > 0) {
      // Others, or an earlier agent, had kept it, and nobody else remembers it.
      log.event("info", `${family}: the first write, on what was there:\n${formatChanges(transaction.changes)}`);
    }
    if (repair) {
      const changed = `${family}: somebody had changed the ${backend.unit}`;
      log.state(`${family} drift`, "warning", `${changed}:\n${diffOf(repair.changes)}`);
    }
    log.state(`${family} written`, "info", () => backend.describe(wanted, transaction), 2);
  };

  const sync = async (): Promise<boolean> => {
    const wanted = policy;
    const begin = clock.now();
    const seconds = () => (clock.now() - begin) / 1000;
    let backend: Backend | undefined;
    let repair: Transaction | undefined;
    const drifted = (transaction: Transaction) => {
      repair = transaction;
    };
    try {
      backend = await open();
      metrics?.wanted(family, await backend.count(wanted));
      const transaction = await backend.sync(wanted, inForce.length > 0 ? { inForce, drifted } : undefined);
      if (!transaction) repair = undefined;
      failure = undefined;
      metrics?.synced(family, transaction ? "changed" : "in_sync", seconds(), repair !== undefined);
      if (log.over(`${family} failure`)) log.event("info", `${family}: works again`);
      report(backend, wanted, transaction, repair);
      inForce = [wanted];
      repairs = [...repairs, repair !== undefined].slice(-CONTEST.syncs);
      const count = repairs.filter(Boolean).length;
      if (count === 0) log.over(`${family} drift`);
      if (count < CONTEST.repairs) log.over(`${family} contest`);
      else {
        const often = `${family}: another program writes ${backend.place(wanted)} too`;
        log.state(`${family} contest`, "warning", `${often}: three repairs and more in ${CONTEST.syncs} syncs`);
      }
      return true;
    } catch (error) {
      failure = (error as Error).message;
      if (inForce.length > 0 && !inForce.includes(wanted)) inForce = [...inForce, wanted];
      metrics?.synced(family, "failed", seconds(), false);
      if (repair) {
        const found = `${family}: somebody has changed the ${backend?.unit}; to repair them`;
        log.state(`${family} drift`, "warning", `${found}:\n${diffOf(repair.changes)}`);
      }
      log.state(`${family} failure`, "error", `${failed}: ${failure}`);
      return false;
    } finally {
      since = clock.now();
    }
  };

  return {
    ...reconcile(sync, interval, clock),
    family,
    want: (next) => {
      policy = next;
      // Another interval begins now; the same one goes on, or a config that changes all the time would hide a dead loop.
      if (interval() !== pace) since = clock.now();
      pace = interval();
    },
    failure: () => failure,
    settled: () => inForce.length > 0,
    idle: () => clock.now() - since,
    counters: async () => {
      const counted = inForce[0] ?? policy;
      return counted.rules.length > MAX_COUNTED ? [] : (await open()).counters(counted);
    },
  };
}

/** Changes that are shown; the others are counted. */
const SHOWN = 200;

function formatChanges(changes: readonly Change[]): string {
  const more = changes.length - SHOWN;
  return [...changes.slice(0, SHOWN).map(formatChange), ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
}

const diffOf = (changes: readonly Change[]): string => formatChanges(changes.filter(({ op }) => op !== "keep"));
