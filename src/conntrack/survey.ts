// Reads the open connections, and compares what two policies say about them.
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

/** Throws {@link ConntrackError} if the connections or the node's addresses cannot be read. */
export async function surveyConnections(
  host: ConntrackHost,
  options: Omit<ComparisonOptions, "own">,
  reading?: ReadOptions,
): Promise<Survey> {
  const own = await host.addresses();
  if (!own) {
    throw new ConntrackError(
      "cannot read this node's addresses, by which its own connections are told from those of pods\n" +
        "on Deno add --allow-sys=networkInterfaces",
    );
  }
  // Its tables are made when there is something to look up: a node may have no connection.
  let comparer: Comparer | undefined;
  const add = (connections: readonly Connection[]) => {
    comparer ??= compareConnections({ ...options, own });
    comparer.add(connections);
  };
  const totals = await readConnections(host, add, reading);
  return { ...(comparer?.result() ?? EMPTY), totals };
}
