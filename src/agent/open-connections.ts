// Open connections that keep their old treatment after a change to the policy.
import {
  type ConntrackHost,
  mayChange,
  type Reset,
  type ResetSurvey,
  resetConnections,
  thisConntrack,
} from "../conntrack/index.ts";
import { runCooperatively, yieldToOthers } from "../host/index.ts";
import { diffSpaces, type FamilyPolicy, outcomesOf, spaceOf } from "../policy/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Milliseconds until the connections are read: the other family's rules change at the same time. */
const SETTLE_MS = 200;

/**
 * The pause after a check is this many times its duration: another program may change the rules again and again, and each
 * repair triggers a check.
 */
const REST_FACTOR = 10;

/** The most connections that are judged; each takes about 6 µs. */
const MAX_CONNECTIONS = 1_000_000;

/** Milliseconds to work before other tasks get a turn. */
const TURN_MS = 8;

export interface OpenConnections {
  /** The rules of a family are now those of another policy. Returns at once; the check follows in the background. */
  changed(before: FamilyPolicy, after: FamilyPolicy): void;
  /** Resolves when a running check has ended. */
  settled(): Promise<void>;
  stop(): void;
}

export interface OpenConnectionsOptions {
  readonly reset: Reset;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  readonly host?: ConntrackHost;
  readonly clock?: Clock;
}

interface Change {
  readonly before: FamilyPolicy;
  readonly after: FamilyPolicy;
}

/** After each change with an effect, counts connections that keep their old treatment and deletes those that `reset` selects. */
export function watchOpenConnections({
  reset,
  log,
  metrics,
  host = thisConntrack,
  clock = systemClock,
}: OpenConnectionsOptions): OpenConnections {
  let pending = new Map<FamilyPolicy["family"], Change>();
  let running: Promise<void> | undefined;
  let cancel = () => {};
  let earliest = 0;

  const report = ({ old, due, deleted, failure, totals, changes }: ResetSurvey) => {
    log.over("open connections");
    const left = old - deleted;
    metrics?.openConnections(left, deleted);
    const among = totals.truncated ? ` (of the first ${MAX_CONNECTIONS})` : "";
    if (due > 0) log.event("info", `open connections${among}: ${deleted} of ${due} with an old treatment reset`);
    if (failure !== undefined) log.event("warning", `open connections: some could not be reset: ${failure}`);
    if (left > 0) log.event("info", `open connections${among}: ${left} keep an old treatment until they end`);
    else if (due === 0) log.event("info", `open connections${among}: none is known to keep an old treatment`, 2);
    const may = changes.filter(mayChange).reduce((sum, { connections }) => sum + connections, 0);
    if (may > 0) {
      log.event(
        "info",
        `open connections${among}: ${may} may keep one, depending on the interface that they leave through`,
      );
    }
  };
  const followUp = async (changes: readonly Change[]) => {
    const real: Change[] = [];
    for (const change of changes) if (await runCooperatively(hasEffect(change))) real.push(change);
    if (real.length === 0) return;
    try {
      const before = outcomesOf(real.map((change) => change.before));
      await yieldToOthers();
      const after = outcomesOf(real.map((change) => change.after));
      await yieldToOthers();
      report(
        await resetConnections(host, { before, after, examples: 0 }, reset, { limit: MAX_CONNECTIONS, turn: TURN_MS }),
      );
    } catch (error) {
      const level = reset === "none" ? "info" : "warning";
      log.state("open connections", level, `open connections: ${(error as Error).message}`);
    }
  };
  const work = async () => {
    const changes = [...pending.values()];
    pending = new Map();
    const begin = clock.now();
    await followUp(changes);
    earliest = clock.now() + REST_FACTOR * (clock.now() - begin);
    running = undefined;
    if (pending.size > 0) schedule();
  };
  const schedule = () => {
    cancel();
    // A change during a check is handled when the check has ended.
    if (!running) cancel = clock.after(Math.max(SETTLE_MS, earliest - clock.now()), start);
  };
  const start = () => {
    running = work();
  };
  return {
    changed: (before, after) => {
      const earlier = pending.get(after.family);
      pending.set(after.family, { before: earlier?.before ?? before, after });
      schedule();
    },
    settled: async () => running,
    stop: () => {
      cancel();
      pending.clear();
    },
  };
}

/** Whether the two policies treat any packet differently. For 50,000 CIDRs each space takes tens of milliseconds. */
function* hasEffect({ before, after }: Change): Generator<void, boolean, void> {
  const scopeOf = ({ scope }: FamilyPolicy) => JSON.stringify(scope);
  if (scopeOf(before) !== scopeOf(after)) return true;
  const { family } = after;
  const was = spaceOf([before], family);
  yield;
  const is = spaceOf([after], family);
  yield;
  return diffSpaces(was, is).length > 0;
}
