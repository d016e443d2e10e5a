// Reads the open connections, and compares what two policies say about them.
import { type Comparison, type ComparisonOptions, compareConnections } from "./compare.ts";
import { ConntrackError, type ConntrackHost, type ReadOptions, type ReadTotals, readConnections } from "./read.ts";

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
  const comparer = compareConnections({ ...options, own });
  const totals = await readConnections(host, comparer.add, reading);
  return { ...comparer.result(), totals };
}
