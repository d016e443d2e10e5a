// One family, kept as its policy wants it.
import type { Backend, Change } from "../kernel/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { type Reconciler, reconcile } from "./reconcile.ts";

/** Repairs in a row after which it is no accident any more. */
const CONTEST = 3;

export interface Keeper extends Reconciler {
  readonly family: FamilyPolicy["family"];
  readonly policy: FamilyPolicy;
  /** What is wanted from now on; takes effect with the next sync. */
  want(policy: FamilyPolicy): void;
  /** Why the last sync failed; undefined where it did not. */
  failure(): string | undefined;
  /** Has a sync ended well? */
  settled(): boolean;
}

export interface KeeperOptions {
  readonly open: () => Promise<Backend>;
  /** Milliseconds between two syncs. */
  readonly interval: () => number;
  readonly ended: () => void;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
}

/** Keeps the family of `first`; nothing happens before the first `trigger`. */
export function keep(first: FamilyPolicy, { open, interval, ended, log, metrics }: KeeperOptions): Keeper {
  const { family, chain } = first;
  let policy = first;
  // The policy that was in force after the last sync: what differs from it then, somebody else has changed.
  let inForce: FamilyPolicy | undefined;
  let failure: string | undefined;
  let repairs = 0;

  const sync = async (): Promise<boolean> => {
    const wanted = policy;
    const begin = performance.now();
    const seconds = () => (performance.now() - begin) / 1000;
    try {
      const backend = await open();
      const written = await backend.sync(wanted);
      const drift = written !== undefined && inForce === wanted;
      repairs = drift ? repairs + 1 : 0;
      inForce = wanted;
      metrics?.synced(family, written ? "changed" : "in_sync", seconds(), drift);
      failure = undefined;
      if (log.over(`${family} failure`)) log.event("info", `${family}: works again`);
      if (!drift) log.over(`${family} drift`);
      if (!written) log.event("info", `${backend.name} ${family}: in sync`, 4);
      else {
        const { added, removed, kept } = written.counts;
        const what = `${backend.name} ${family}: rules: ${added} added, ${removed} removed, ${kept} kept`;
        if (!drift) log.event("info", what);
        else log.state(`${family} drift`, "warning", `${what}; somebody had changed them:\n${diffOf(written.changes)}`);
      }
      if (repairs === CONTEST) {
        log.event("warning", `${family}: the third repair in a row: another program writes chain ${chain} too`);
      }
      return true;
    } catch (error) {
      failure = (error as Error).message;
      metrics?.synced(family, "failed", seconds(), false);
      log.state(`${family} failure`, "error", `${family}: ${failure}`);
      return false;
    } finally {
      ended();
    }
  };

  return {
    ...reconcile(sync, interval),
    family,
    get policy() {
      return policy;
    },
    want: (next) => {
      policy = next;
    },
    failure: () => failure,
    settled: () => inForce !== undefined,
  };
}

function diffOf(changes: readonly Change[]): string {
  const changed = changes.filter(({ op }) => op !== "keep");
  return changed.map(({ op, line }) => `${op === "add" ? "+" : "-"} ${line}`).join("\n");
}
