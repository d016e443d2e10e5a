// The effect of a policy change on open connections.
// This module is browser-compatible.
import type { Decision, Outcomes } from "../policy/index.ts";
import { APART, type Apart, createSorter, type OwnAddress } from "./apart.ts";
import { type Connection, parseConnection } from "./connection.ts";
import { type ConnectionJudge, connectionJudge, createStanding } from "./judge.ts";

/** The connections that two policies treat differently because of the same pair of rules. */
export interface ConnectionChange {
  readonly from: Decision;
  readonly to: Decision;
  connections: number;
  /** Undefined if the kernel does not count bytes. */
  bytes: number | undefined;
  /** How many of them are not treated as the new policy says. */
  old: number;
  readonly examples: Connection[];
}

/** The connections that are not treated as the old policy says, for one rule that decides. */
export interface Misplaced {
  readonly decision: Decision;
  connections: number;
  readonly examples: Connection[];
}

export interface Comparison {
  /** The number of connections that the rules decide. */
  readonly judged: number;
  readonly apart: Readonly<Record<Apart, number>>;
  /** Whether connections have byte counters. */
  readonly counted: boolean;
  /** Those with the most connections first. */
  readonly changes: readonly ConnectionChange[];
  readonly misplaced: readonly Misplaced[];
  /** The number of connections that keep an outdated treatment. Does not include changes that depend on unknown facts. */
  readonly old: number;
}

export interface ComparisonOptions {
  readonly before: Outcomes;
  readonly after: Outcomes;
  readonly own: readonly OwnAddress[];
  readonly outputInterface?: string | undefined;
  /** How many connections are kept as examples of each change. */
  readonly examples?: number;
  /** Called for each connection, with the change if the connection keeps an outdated treatment. */
  readonly each?: (connection: Connection, old: ConnectionChange | undefined) => void;
}

export interface Comparer {
  add(connections: readonly Connection[]): void;
  result(): Comparison;
}

const EXAMPLES = 3;

/** Whether a decision does not depend on unknown facts. */
const isCertain = ({ dependsOn }: Decision): boolean => dependsOn.length === 0;

/** Whether a change depends on unknown facts. */
export const mayChange = ({ from, to }: Pick<ConnectionChange, "from" | "to">): boolean =>
  !isCertain(from) || !isCertain(to);

/** Compares the decisions of two policies about connections, and how these are actually treated. */
export function compareConnections(options: ComparisonOptions): Comparer {
  const { own, outputInterface, examples = EXAMPLES } = options;
  const before = connectionJudge(options.before, outputInterface);
  const after = connectionJudge(options.after, outputInterface);
  const treatments = numberTreatments(before, after);
  const decisions = { before: memoized(before), after: memoized(after) };
  const sort = createSorter(own);
  const standing = createStanding(own);
  const changes = createGroups<ConnectionChange>(examples);
  const misplaced = createGroups<Misplaced>(examples);
  const apart = Object.fromEntries(APART.map((why) => [why, 0])) as Record<Apart, number>;
  let judged = 0;
  let old = 0;
  let counted = false;

  /** Counts a connection whose treatment should change; returns the change if it keeps the old one. */
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
  /** Counts a connection that the rules decide; returns the change if it keeps an outdated treatment. */
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

/** Groups connections by a number; each group has some examples. */
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
 * The decision as if the connection were in scope. If the new policy leaves it out of its scope, it should keep its address.
 */
const unscoped = (decision: Decision): Decision => ({ ...decision, outside: undefined });

/** A copy with its own text: a substring would keep the whole original text in memory. */
const copyOf = (connection: Connection): Connection =>
  parseConnection(new TextDecoder().decode(new TextEncoder().encode(connection.text))) ?? connection;

/** Numbers for treatments: equal numbers mean equal treatment. */
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

/** Memoizes decisions, of which there are far fewer than connections. */
function memoized({ decision }: ConnectionJudge): (index: number) => Decision {
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
