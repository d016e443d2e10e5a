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
  const sort = createSorter(own);
  const standing = createStanding(own);
  const changes = new Map<number, ConnectionChange>();
  const misplaced = new Map<number, Misplaced>();
  const decisions = { before: remember(before), after: remember(after) };
  const apart = Object.fromEntries(APART.map((why) => [why, 0])) as Record<Apart, number>;
  let judged = 0;
  let old = 0;
  let counted = false;

  /** Counts a connection that is to be treated otherwise; returns the change if it keeps the old treatment. */
  const change = (connection: Connection, index: number, next: number): ConnectionChange | undefined => {
    const key = index * after.length + next;
    let found = changes.get(key);
    if (!found) {
      const [from, to] = [decisions.before(index), decisions.after(next)];
      found = { from, to, connections: 0, bytes: undefined, old: 0, examples: [] };
      changes.set(key, found);
    }
    found.connections++;
    if (connection.bytes !== undefined) found.bytes = (found.bytes ?? 0) + connection.bytes;
    if (found.examples.length < examples) found.examples.push(copyOf(connection));
    if (mayChange(found) || standing(connection, unscoped(found.to), found.from) !== "wrong") {
      return undefined;
    }
    found.old++;
    old++;
    return found;
  };
  const place = (connection: Connection, index: number) => {
    const decision = decisions.before(index);
    if (standing(connection, decision) !== "wrong") return;
    let found = misplaced.get(index);
    if (!found) {
      found = { decision, connections: 0, examples: [] };
      misplaced.set(index, found);
    }
    found.connections++;
    if (found.examples.length < examples) found.examples.push(copyOf(connection));
  };

  return {
    add: (connections) => {
      const sorted = sort(connections);
      const from = before.judge(sorted);
      const to = after.judge(sorted);
      for (const [i, connection] of connections.entries()) {
        const why = sorted.apart[i];
        if (why !== undefined) {
          apart[why]++;
          options.each?.(connection, undefined);
          continue;
        }
        judged++;
        counted ||= connection.bytes !== undefined;
        const [index, next] = [from[i] ?? 0, to[i] ?? 0];
        place(connection, index);
        const isChanged = treatments.before[index] !== treatments.after[next];
        const found = isChanged ? change(connection, index, next) : undefined;
        options.each?.(connection, found);
      }
    },
    result: () => {
      const most = <T extends { readonly connections: number }>(found: ReadonlyMap<number, T>) =>
        [...found.values()].sort((a, b) => b.connections - a.connections);
      return { judged, apart, counted, changes: most(changes), misplaced: most(misplaced), old };
    },
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
