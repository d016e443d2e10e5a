// What a change of the policy means for the connections that are open.
// This module is browser-compatible.
import type { Decision, Outcomes } from "../policy/index.ts";
import { APART, type Apart, createSorter, type OwnAddress } from "./apart.ts";
import { type Connection, parseConnection } from "./connection.ts";
import { type ConnectionJudge, connectionJudge, createStanding } from "./judge.ts";

/** Connections that two policies treat differently, by the rules that decide. */
export interface ConnectionChange {
  readonly from: Decision;
  readonly to: Decision;
  connections: number;
  /** Undefined unless the kernel counts. */
  bytes: number | undefined;
  /** How many of them are not treated as the new policy says. */
  old: number;
  readonly examples: Connection[];
}

/** Connections that are treated otherwise than the old policy says, by the rule that decides. */
export interface Misplaced {
  readonly decision: Decision;
  connections: number;
  readonly examples: Connection[];
}

export interface Comparison {
  /** Connections that the rules decide about. */
  readonly judged: number;
  readonly apart: Readonly<Record<Apart, number>>;
  /** Do connections come with bytes? */
  readonly counted: boolean;
  /** By rules, those with most connections first. */
  readonly changes: readonly ConnectionChange[];
  readonly misplaced: readonly Misplaced[];
  /** Those that keep the old treatment although another is due. Changes that depend on something that is not known are not among them. */
  readonly old: number;
}

export interface ComparisonOptions {
  readonly before: Outcomes;
  readonly after: Outcomes;
  readonly own: readonly OwnAddress[];
  readonly outputInterface?: string | undefined;
  /** Connections that are shown of each change. */
  readonly examples?: number;
  /** Told of each connection, with the change if it keeps the old treatment although another is due. */
  readonly each?: (connection: Connection, old: ConnectionChange | undefined) => void;
}

export interface Comparer {
  add(connections: readonly Connection[]): void;
  result(): Comparison;
}

const EXAMPLES = 3;

/** Does a decision hold for the connection, whatever is not known? */
const isCertain = ({ dependsOn }: Decision): boolean => dependsOn.length === 0;

/** Does what changes depend on something that is not known? */
export const mayChange = ({ from, to }: Pick<ConnectionChange, "from" | "to">): boolean =>
  !isCertain(from) || !isCertain(to);

/** Compares what two policies say about connections, and how these are treated. */
export function compareConnections(options: ComparisonOptions): Comparer {
  const { own, outputInterface, examples = EXAMPLES } = options;
  const before = connectionJudge(options.before, outputInterface);
  const after = connectionJudge(options.after, outputInterface);
  const treatments = numberTreatments(before, after);
  const decisions = { before: remember(before), after: remember(after) };
  const sort = createSorter(own);
  const standing = createStanding(own);
  const changes = createGroups<ConnectionChange>(examples);
  const misplaced = createGroups<Misplaced>(examples);
  const apart = Object.fromEntries(APART.map((why) => [why, 0])) as Record<Apart, number>;
  let judged = 0;
  let old = 0;
  let counted = false;

  /** Counts a connection that is to be treated otherwise; returns the change if it keeps the old treatment. */
  const change = (connection: Connection, index: number, next: number): ConnectionChange | undefined => {
    const found = changes.add(index * after.length + next, connection, () => {
      const [from, to] = [decisions.before(index), decisions.after(next)];
      return { from, to, connections: 0, bytes: undefined, old: 0, examples: [] };
    });
    if (connection.bytes !== undefined) found.bytes = (found.bytes ?? 0) + connection.bytes;
    if (mayChange(found) || standing(connection, unscoped(found.to), found.from) !== "wrong") return undefined;
    found.old++;
    old++;
    return found;
  };
  /** Counts a connection that the rules decide about; returns the change if it keeps the old treatment. */
  const count = (connection: Connection, index: number, next: number): ConnectionChange | undefined => {
    judged++;
    counted ||= connection.bytes !== undefined;
    const decision = decisions.before(index);
    if (standing(connection, decision) === "wrong") {
      misplaced.add(index, connection, () => ({ decision, connections: 0, examples: [] }));
    }
    return treatments.before[index] === treatments.after[next] ? undefined : change(connection, index, next);
  };

  return {
    add: (connections) => {
      const sorted = sort(connections);
      const [from, to] = [before.judge(sorted), after.judge(sorted)];
      for (const [i, connection] of connections.entries()) {
        const why = sorted.apart[i];
        if (why !== undefined) apart[why]++;
        const found = why === undefined ? count(connection, from[i] ?? 0, to[i] ?? 0) : undefined;
        options.each?.(connection, found);
      }
    },
    result: () => ({ judged, apart, counted, changes: changes.sorted(), misplaced: misplaced.sorted(), old }),
  };
}

/** Connections that have something in common, by a number for it; each group with some examples. */
function createGroups<T extends { connections: number; readonly examples: Connection[] }>(examples: number) {
  const groups = new Map<number, T>();
  return {
    add: (key: number, connection: Connection, make: () => T): T => {
      const found = groups.get(key) ?? make();
      groups.set(key, found);
      found.connections++;
      if (found.examples.length < examples) found.examples.push(copyOf(connection));
      return found;
    },
    sorted: (): readonly T[] => [...groups.values()].sort((a, b) => b.connections - a.connections),
  };
}

/**
 * A connection that the new policy leaves out of its scope keeps its address as far as we are concerned: that is what changed about it.
 */
const unscoped = (decision: Decision): Decision => ({ ...decision, outside: undefined });

/** Texts cut out of a large one keep all of it in memory. */
const copyOf = (connection: Connection): Connection =>
  parseConnection(new TextDecoder().decode(new TextEncoder().encode(connection.text))) ?? connection;

/** Equal numbers stand for equal treatment. */
function numberTreatments(before: ConnectionJudge, after: ConnectionJudge) {
  const numbers = new Map<string, number>();
  const numbersOf = ({ length, treatment }: ConnectionJudge) =>
    Int32Array.from({ length }, (_, index) => {
      const text = treatment(index);
      const number = numbers.get(text) ?? numbers.size;
      numbers.set(text, number);
      return number;
    });
  return { before: numbersOf(before), after: numbersOf(after) };
}

/** Decisions are made anew each time; a policy has fewer than there are connections. */
function remember({ decision }: ConnectionJudge): (index: number) => Decision {
  const known = new Map<number, Decision>();
  return (index) => {
    let found = known.get(index);
    if (!found) {
      found = decision(index);
      known.set(index, found);
    }
    return found;
  };
}
