// Maintains the rules of one family: keeps them in sync with its policy.
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

/** If so many of the last syncs were repairs, another program keeps changing the rules. */
const CONTEST = { repairs: 3, syncs: 10 };

/** The most entries of a policy with a counter each: with more, each scrape would block the loop for too long. */
const MAX_COUNTED = 4_096;

/** Every tenth resync reads the rules, even if no change was reported. */
const READ_EVERY = 10;

/** Characters of a program's name that the kernel keeps (TASK_COMM_LEN without its NUL). */
const COMM_LENGTH = 15;

/** Milliseconds within which our own transaction is reported back. */
const ECHO_MS = 2_000;

export interface Keeper extends Reconciler {
  readonly family: FamilyPolicy["family"];
  /** Whether an event concerns the rules of this keeper. */
  concerns(event: RuleEvent): boolean;
  /** The table whose changes the kernel reports; undefined if there is none. */
  table(): string | undefined;
  /** A transaction, perhaps our own, has changed the rules. */
  changed(transaction: RuleTransaction): void;
  /** Sets the policy to maintain; takes effect with the next sync. */
  want(policy: FamilyPolicy): void;
  /** Why the last sync failed; undefined if it did not. */
  failure(): string | undefined;
  /** Whether the kernel lacks the family. Then it is not a failure that it has no rules. */
  unavailable(): boolean;
  /** Whether a sync has succeeded. */
  synced(): boolean;
  /** Milliseconds since the last sync ended, or since the interval changed. */
  idle(): number;
  /** How many connections each entry has decided, read from the kernel; empty for a very long policy. */
  counters(): Promise<readonly EntryCounter[]>;
}

export interface KeeperOptions {
  readonly open: Opener;
  /** Milliseconds between two syncs. */
  readonly interval: () => number;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  /** Whether every change since the rules were last read has been reported. */
  readonly isWatched?: () => boolean;
  /** Called when another backend has taken over the rules. */
  readonly moved?: (backend: Backend) => void;
  /** Called when another policy is in force. */
  readonly replaced?: (before: FamilyPolicy, after: FamilyPolicy) => void;
  /** Whether the kernel supports a family. Called after a failed sync. */
  readonly isKnown?: (family: FamilyPolicy["family"]) => boolean;
  readonly clock?: Clock;
}

/** Maintains the rules of the family of `first`; nothing happens before the first `trigger`. */
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
  // The established agent's words, which log filters match.
  const failed = `Error syncing masquerade rules${family === "ipv6" ? " for IPv6" : ""}`;
  let policy = first;
  // The policy of the last successful sync, and those that failed syncs since may have put in force.
  let inForce: readonly FamilyPolicy[] = [];
  // The backend of the last successful sync, and the one that was last logged.
  let keptBy: Backend | undefined;
  let announced: Backend | undefined;
  let failure: string | undefined;
  let isUnavailable = false;
  let idleSince = clock.now();
  let lastInterval = interval();
  // For each of the last successful syncs: whether it repaired another program's changes.
  let repairs: readonly boolean[] = [];
  // Whether the next sync must read the rules even if no change was reported, and how many syncs in a row have not read them.
  let mustRead = true;
  let unread = 0;
  // Transactions of other programs since the last read began.
  let changers: readonly RuleTransaction[] = [];
  // Our own transaction that has not been reported back yet.
  let echo: { readonly program: string; readonly until: number } | undefined;
  const lookPace = createLookPace(clock);
  let isReading = false;
  let cancelRead = () => {};

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
      // The rules of an earlier agent, or of another program: this is the only record of them.
      log.event("info", `${family}: the first write changed existing rules:\n${formatChanges(transaction.changes)}`);
    }
    if (repair) {
      const changed = `${family}: the ${backend.unit} were modified by ${nameOf(causes)}`;
      log.state(`${family} drift`, "warning", `${changed}; repaired:\n${repairText(repair)}`);
    }
    log.state(`${family} written`, "info", () => backend.describe(wanted, transaction), 2);
  };

  const setAvailable = (isAvailable: boolean) => {
    isUnavailable = !isAvailable;
    if (!isAvailable) failure = undefined;
    metrics?.available(family, isAvailable);
  };

  /** Whether the rules need not be read, because no change was reported. */
  const isUnchanged = () => !mustRead && changers.length === 0 && isWatched() && ++unread < READ_EVERY;

  /** Drops our own transaction from those reported during a sync; if it is not among them, it will still be reported. */
  const discountOwn = (backend: Backend) => {
    const program = backend.trace?.writer.slice(0, COMM_LENGTH);
    if (program === undefined) return;
    const at = changers.findIndex((one) => one.program === program);
    if (at >= 0) changers = changers.filter((_, i) => i !== at);
    else echo = { program, until: clock.now() + ECHO_MS };
  };

  const readSoon = () => {
    mustRead = true;
    cancelRead();
    cancelRead = clock.after(lookPace(), () => loop.trigger());
  };

  const sync = async (): Promise<boolean> => {
    if (isUnchanged()) {
      metrics?.synced(family, "unchanged", 0, false);
      log.event("info", `${family}: no change reported, the rules are not read`, 4);
      idleSince = clock.now();
      return true;
    }
    isReading = true;
    mustRead = false;
    unread = 0;
    const causes = changers;
    changers = [];
    const succeeded = await readAndSync(causes);
    isReading = false;
    if (!succeeded) mustRead = true;
    else if (changers.length > 0) readSoon();
    return succeeded;
  };

  const readAndSync = async (causes: readonly RuleTransaction[]): Promise<boolean> => {
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
      // Another backend's rules say nothing about drift in this one.
      const past = inForce.length > 0 && keptBy === backend ? { inForce, drifted } : undefined;
      const transaction = await backend.sync(wanted, past);
      if (!transaction) repair = undefined;
      else discountOwn(backend);
      failure = undefined;
      setAvailable(true);
      metrics?.synced(family, transaction ? "changed" : "in_sync", seconds(), repair !== undefined);
      if (log.over(`${family} failure`)) log.event("info", `${family}: works again`);
      report(backend, wanted, transaction, repair, causes);
      if (repair) metrics?.repairedAfter(family, programsOf(causes));
      // Connections may have been treated by rules of an earlier agent or of another program: compare with those too.
      const found = transaction && foundPolicy(transaction);
      const before = inForce[0] === undefined || inForce[0] === wanted ? found : inForce[0];
      inForce = [wanted];
      // Windows has its own connection tracking.
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
        const contest = `${family}: another program keeps changing ${backend.place(wanted)}`;
        const often = `at least ${CONTEST.repairs} repairs in ${CONTEST.syncs} syncs`;
        log.state(`${family} contest`, "warning", `${contest}: ${often}`);
      }
      return true;
    } catch (error) {
      if (!isKnown(family)) {
        setAvailable(false);
        const why = "not supported by this kernel, so it has no rules";
        log.state(`${family} failure`, "warning", `${family}: ${why}: ${(error as Error).message}`);
        return true;
      }
      setAvailable(true);
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
      idleSince = clock.now();
    }
  };

  const loop = reconcile(sync, interval, clock);
  return {
    ...loop,
    trigger: () => {
      mustRead = true;
      loop.trigger();
    },
    stop: () => {
      cancelRead();
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
        if (!isReading) readSoon();
      }
    },
    want: (next) => {
      policy = next;
      // Only a different interval restarts the idle time: otherwise a config that keeps changing would hide a dead loop.
      if (interval() !== lastInterval) idleSince = clock.now();
      lastInterval = interval();
    },
    failure: () => failure,
    unavailable: () => isUnavailable,
    synced: () => inForce.length > 0,
    idle: () => clock.now() - idleSince,
    counters: async () => {
      const counted = inForce[0] ?? policy;
      return counted.rules.length > MAX_COUNTED ? [] : (keptBy ?? (await open(counted)).backend).counters(counted);
    },
  };
}

/** How many of the latest transactions by others are remembered until the rules are read. */
const MAX_CHANGERS = 10;

const programsOf = (causes: readonly RuleTransaction[]) => [...new Set(causes.map(({ program }) => program))];

/** The programs that made these transactions, for messages. */
function nameOf(causes: readonly RuleTransaction[]): string {
  if (causes.length === 0) return "another program";
  const last = new Map(causes.map(({ program, pid }) => [program, pid]));
  return [...last].map(([program, pid]) => `${program} (pid ${pid})`).join(", ");
}

/** How many changes are logged; the others are counted. */
const MAX_CHANGES = 200;

function formatChanges(changes: readonly Change[]): string {
  const more = changes.length - MAX_CHANGES;
  return [...changes.slice(0, MAX_CHANGES).map(formatChange), ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
}

/** How many effects of a repair are logged. */
const MAX_EFFECTS = 20;

/** With more changes than this, the effects are not computed: that would block the loop for too long. */
const MAX_INTERPRETED = 4_096;

/** A repair as text: its effects, then the rules. */
function repairText({ changes, meaning }: Transaction): string {
  const meant = changes.length <= MAX_INTERPRETED ? meaning?.() : undefined;
  const { lead, changes: effects } = meant ? describeEffects(meant) : { lead: "", changes: [] };
  // The lead for missing rules is in the present tense, but by now they are repaired.
  const found = meant && !meant.before ? `Found: ${meant.why}.` : lead;
  const more = effects.length - MAX_EFFECTS;
  return [
    ...(found === "" ? [] : [found]),
    ...effects.slice(0, MAX_EFFECTS).map(formatPolicyChange),
    ...(more > 0 ? [`… and ${more} more`] : []),
    formatChanges(changes.filter(({ op }) => op !== "keep")),
  ].join("\n");
}
