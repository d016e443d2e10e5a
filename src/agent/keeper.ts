// One family, kept as its policy wants it.
import {
  type Backend,
  type Change,
  describeEffects,
  type EntryCounter,
  formatChange,
  formatPolicyChange,
  foundPolicy,
  type Opener,
  type RuleEvent,
  type Transaction,
} from "../backends/index.ts";
import { hasIpv6 } from "../host/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Log } from "./log.ts";
import { createLookPace } from "./look-pace.ts";
import type { Metrics } from "./metrics.ts";
import { type Reconciler, reconcile } from "./reconcile.ts";
import type { RuleTransaction } from "./rule-events.ts";

/** So many repairs within the last so many syncs are no accident any more. */
const CONTEST = { repairs: 3, syncs: 10 };

/** Entries of a policy that are counted one by one: with more, each scrape would stop the loop for too long. */
const MAX_COUNTED = 4_096;

/** A resync looks at the rules at least this often, even if no change was reported. */
const LOOK_EVERY = 10;

/** Characters of a program's name that the kernel keeps (TASK_COMM_LEN, with its NUL). */
const COMM = 15;

/** Milliseconds within which a transaction of ours is reported. */
const ECHO_MS = 2_000;

export interface Keeper extends Reconciler {
  readonly family: FamilyPolicy["family"];
  /** Does an event concern the rules that this keeps? */
  concerns(event: RuleEvent): boolean;
  /** The table whose changes the kernel reports; undefined if there is none. */
  table(): string | undefined;
  /** A transaction has changed them, maybe one of ours. */
  changed(transaction: RuleTransaction): void;
  /** What is wanted from now on; takes effect with the next sync. */
  want(policy: FamilyPolicy): void;
  /** Why the last sync failed; undefined if it did not. */
  failure(): string | undefined;
  /** Does the kernel lack the family? Then it is no failure that its rules cannot be kept. */
  unavailable(): boolean;
  /** Has a sync ended well? */
  settled(): boolean;
  /** Milliseconds since a sync ended, or since another interval began. */
  idle(): number;
  /** How many connections each entry has decided about, read from the kernel; of a very long policy none is counted. */
  counters(): Promise<readonly EntryCounter[]>;
}

export interface KeeperOptions {
  readonly open: Opener;
  /** Milliseconds between two syncs. */
  readonly interval: () => number;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  /** Has every change since the last look been reported? */
  readonly isWatched?: () => boolean;
  /** Told that from now on another backend keeps the rules, and which. */
  readonly moved?: (backend: Backend) => void;
  /** Told that another policy is in force. */
  readonly replaced?: (before: FamilyPolicy, after: FamilyPolicy) => void;
  /** Does the kernel know a family? Asked when a sync has failed. */
  readonly isKnown?: (family: FamilyPolicy["family"]) => boolean;
  readonly clock?: Clock;
}

/** Keeps the family of `first`; nothing happens before the first `trigger`. */
export function keep(
  first: FamilyPolicy,
  {
    open,
    interval,
    log,
    metrics,
    isWatched = () => false,
    moved = () => {},
    replaced = () => {},
    isKnown = (family) => family === "ipv4" || hasIpv6(),
    clock = systemClock,
  }: KeeperOptions,
): Keeper {
  const { family } = first;
  // The words that people's log filters know from the established agent.
  const failed = `Error syncing masquerade rules${family === "ipv6" ? " for IPv6" : ""}`;
  let policy = first;
  // What the last good sync put in force, and what those that failed since may have.
  let inForce: readonly FamilyPolicy[] = [];
  // The backend that did, and the one that was last said to be in use.
  let keptBy: Backend | undefined;
  let announced: Backend | undefined;
  let failure: string | undefined;
  let isUnavailable = false;
  let since = clock.now();
  let pace = interval();
  // Of the last syncs that went well: did they repair what another program had modified?
  let repairs: readonly boolean[] = [];
  // Must the next attempt read the rules, whatever was reported? And how many attempts in a row have not.
  let mustLook = true;
  let unlooked = 0;
  // Programs that have changed the rules since the last look began.
  let changers: readonly RuleTransaction[] = [];
  // A transaction of ours that has not been reported yet.
  let echo: { readonly program: string; readonly until: number } | undefined;
  const lookPace = createLookPace(clock);
  let isLooking = false;
  let cancelLook = () => {};

  const report = (
    backend: Backend,
    wanted: FamilyPolicy,
    transaction: Transaction | undefined,
    repair: Transaction | undefined,
    causes: readonly RuleTransaction[],
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
      const changed = `${family}: the ${backend.unit} were modified by ${nameOf(causes)}`;
      log.state(`${family} drift`, "warning", `${changed}; repaired:\n${repairText(repair)}`);
    }
    log.state(`${family} written`, "info", () => backend.describe(wanted, transaction), 2);
  };

  const available = (is: boolean) => {
    isUnavailable = !is;
    if (!is) failure = undefined;
    metrics?.available(family, is);
  };

  /** The rules are as they were, because no change was reported. */
  const isUnchanged = () => !mustLook && changers.length === 0 && isWatched() && ++unlooked < LOOK_EVERY;

  /** Drops our own transaction from those reported during a sync; if it is not among them, it is still to come. */
  const discountOwn = (backend: Backend) => {
    const program = backend.trace?.writer.slice(0, COMM);
    if (program === undefined) return;
    const at = changers.findIndex((one) => one.program === program);
    if (at >= 0) changers = changers.filter((_, i) => i !== at);
    else echo = { program, until: clock.now() + ECHO_MS };
  };

  const lookSoon = () => {
    mustLook = true;
    cancelLook();
    cancelLook = clock.after(lookPace(), () => loop.trigger());
  };

  const sync = async (): Promise<boolean> => {
    if (isUnchanged()) {
      metrics?.synced(family, "unchanged", 0, false);
      log.event("info", `${family}: no change reported, the rules are not read`, 4);
      since = clock.now();
      return true;
    }
    isLooking = true;
    mustLook = false;
    unlooked = 0;
    const causes = changers;
    changers = [];
    const good = await look(causes);
    isLooking = false;
    if (!good) mustLook = true;
    else if (changers.length > 0) lookSoon();
    return good;
  };

  const look = async (causes: readonly RuleTransaction[]): Promise<boolean> => {
    const wanted = policy;
    const begin = clock.now();
    const seconds = () => (clock.now() - begin) / 1000;
    let backend: Backend | undefined;
    let repair: Transaction | undefined;
    const drifted = (transaction: Transaction) => {
      repair = transaction;
    };
    try {
      const opened = await open(wanted);
      backend = opened.backend;
      if (backend !== announced) {
        announced = backend;
        metrics?.backend(backend.name, opened.reason);
        log.state("backend", "info", `backend: ${backend.name} (${opened.reason})`);
      }
      metrics?.wanted(family, await backend.count(wanted));
      // What another backend keeps says nothing about drift in this one.
      const past = inForce.length > 0 && keptBy === backend ? { inForce, drifted } : undefined;
      const transaction = await backend.sync(wanted, past);
      if (!transaction) repair = undefined;
      else discountOwn(backend);
      failure = undefined;
      available(true);
      metrics?.synced(family, transaction ? "changed" : "in_sync", seconds(), repair !== undefined);
      if (log.over(`${family} failure`)) log.event("info", `${family}: works again`);
      report(backend, wanted, transaction, repair, causes);
      if (repair) metrics?.repairedAfter(family, programsOf(causes));
      // What another program, or an earlier agent, had made of the rules counts as well as a policy of ours.
      const found = transaction && foundPolicy(transaction);
      const before = inForce[0] === undefined || inForce[0] === wanted ? found : inForce[0];
      inForce = [wanted];
      // Windows tracks connections in a way of its own.
      if (before && backend.unit !== "exceptions") replaced(before, wanted);
      if (keptBy !== backend) {
        keptBy = backend;
        moved(backend);
      }
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
      if (!isKnown(family)) {
        available(false);
        const why = "this kernel does not know the family, so none of its rules are kept";
        log.state(`${family} failure`, "warning", `${family}: ${why}: ${(error as Error).message}`);
        return true;
      }
      available(true);
      failure = (error as Error).message;
      if (inForce.length > 0 && !inForce.includes(wanted)) inForce = [...inForce, wanted];
      metrics?.synced(family, "failed", seconds(), false);
      if (repair) {
        const found = `${family}: the ${backend?.unit} were modified by ${nameOf(causes)}; to repair them`;
        log.state(`${family} drift`, "warning", `${found}:\n${repairText(repair)}`);
      }
      log.state(`${family} failure`, "error", `${failed}: ${failure}`);
      return false;
    } finally {
      since = clock.now();
    }
  };

  const loop = reconcile(sync, interval, clock);
  return {
    ...loop,
    trigger: () => {
      mustLook = true;
      loop.trigger();
    },
    stop: () => {
      cancelLook();
      return loop.stop();
    },
    family,
    concerns: (event) => keptBy?.trace?.concerns(event, inForce[0] ?? policy) === true,
    table: () => keptBy?.trace?.table,
    changed: (transaction) => {
      const isEcho = echo?.program === transaction.program && echo.until >= clock.now();
      if (isEcho) echo = undefined;
      else {
        changers = [...changers, transaction].slice(-MAX_CHANGERS);
        if (!isLooking) lookSoon();
      }
    },
    want: (next) => {
      policy = next;
      // Another interval begins now; the same one goes on, or a config that changes all the time would hide a dead loop.
      if (interval() !== pace) since = clock.now();
      pace = interval();
    },
    failure: () => failure,
    unavailable: () => isUnavailable,
    settled: () => inForce.length > 0,
    idle: () => clock.now() - since,
    counters: async () => {
      const counted = inForce[0] ?? policy;
      return counted.rules.length > MAX_COUNTED ? [] : (keptBy ?? (await open(counted)).backend).counters(counted);
    },
  };
}

/** Transactions by others that are kept until the next look, the latest ones. */
const MAX_CHANGERS = 10;

const programsOf = (causes: readonly RuleTransaction[]) => [...new Set(causes.map(({ program }) => program))];

/** Who made these transactions, for people. */
function nameOf(causes: readonly RuleTransaction[]): string {
  if (causes.length === 0) return "another program";
  const last = new Map(causes.map(({ program, pid }) => [program, pid]));
  return [...last].map(([program, pid]) => `${program} (pid ${pid})`).join(", ");
}

/** Changes that are shown; the others are counted. */
const SHOWN = 200;

function formatChanges(changes: readonly Change[]): string {
  const more = changes.length - SHOWN;
  return [...changes.slice(0, SHOWN).map(formatChange), ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
}

/** Lines of what a repair means that are shown, and rules beyond which that is not worked out: it would stop the loop for too long. */
const MEANINGS = 20;
const MAX_MEANT = 4_096;

/** What a repair changes: what that means, then the rules. */
function repairText({ changes, meaning }: Transaction): string {
  const meant = changes.length <= MAX_MEANT ? meaning?.() : undefined;
  const { lead, changes: effects } = meant ? describeEffects(meant) : { lead: "", changes: [] };
  // By now it is no longer so that nothing is masqueraded.
  const found = meant && !meant.before ? `Found: ${meant.why}.` : lead;
  const more = effects.length - MEANINGS;
  return [
    ...(found === "" ? [] : [found]),
    ...effects.slice(0, MEANINGS).map(formatPolicyChange),
    ...(more > 0 ? [`… and ${more} more`] : []),
    formatChanges(changes.filter(({ op }) => op !== "keep")),
  ].join("\n");
}
