// Reads the open connections and compares the decisions of two policies about them.
import { APART } from "./apart.ts";
import { type Comparer, type Comparison, type ComparisonOptions, compareConnections } from "./compare.ts";
import type { Connection } from "./connection.ts";
import { ConntrackError, type ConntrackHost, type ReadOptions, type ReadTotals, readConnections } from "./read.ts";

const EMPTY: Comparison = {
  judged: 0,
  apart: Object.fromEntries(APART.map((why) => [why, 0])) as Comparison["apart"],
  ...{ counted: false, changes: [], misplaced: [], old: 0 },
};

export interface Survey extends Comparison {
  readonly totals: ReadTotals;
}

/** Reads and compares all connections. Throws {@link ConntrackError} if they or the node's addresses cannot be read. */
export async function surveyConnections(
  host: ConntrackHost,
  options: Omit<ComparisonOptions, "own">,
  reading?: ReadOptions,
): Promise<Survey> {
  const own = await host.addresses();
  if (!own) {
    throw new ConntrackError(
      "cannot read this node's addresses, which are needed to distinguish its own connections from those of pods",
      "on Deno add --allow-sys=networkInterfaces",
    );
  }
  // Created on demand, because its tables are expensive and a node may have no connections.
  let comparer: Comparer | undefined;
  const add = (connections: readonly Connection[]) => {
    comparer ??= compareConnections({ ...options, own });
    comparer.add(connections);
  };
  const totals = await readConnections(host, add, reading);
  return { ...(comparer?.result() ?? EMPTY), totals };
}
