// The nft command: one table listed, one transaction carried out, and is it new enough.
import type { Family } from "../../core/index.ts";
import { reportedAs } from "../../errors/index.ts";
import { exitError, inTurns, kernelRelease, type Runner, ToolError } from "../../host/index.ts";
import { NO_TABLE, type ObservedTable, readTableInSteps, UnreadableListingError } from "./observed.ts";
import { placeOf } from "./table.ts";

/** The oldest versions that are supported. */
const LEAST_NFT = [1, 0, 1];
const LEAST_KERNEL = [5, 13];

/** This nft or this kernel cannot hold the table. */
export class TooOldError extends reportedAs("too-old") {}

/** Throws {@link TooOldError}, or {@link ToolError} if there is no nft. */
export async function checkVersions(run: Runner): Promise<void> {
  const said = await run("nft", ["--version"]);
  if (said.exit !== 0) throw exitError(said);
  const version = /v(\d+(?:\.\d+)*)/.exec(new TextDecoder().decode(said.stdout))?.[1];
  if (version && isLess(version, LEAST_NFT)) {
    throw new TooOldError(`nft ${version} is too old: the nftables backend needs nft 1.0.1 or later`);
  }
  const release = kernelRelease();
  const kernel = release && /^\d+\.\d+/.exec(release)?.[0];
  if (kernel && isLess(kernel, LEAST_KERNEL)) {
    throw new TooOldError(`Linux ${release} is too old: the nftables backend needs Linux 5.13 or later`);
  }
}

/** Is a version, `1.0.1`, less than these numbers? */
export function isLess(version: string, least: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [i, number] of least.entries()) if (parts[i] !== number) return (parts[i] ?? 0) < number;
  return false;
}

/** A table, and the listing that it was read from. */
export interface ListedTable {
  readonly text: string;
  readonly observed: ObservedTable;
}

/**
 * Reads one table, and no other: `nft list tables` of 1.0.6 would read the elements of all sets on the node.
 * Throws {@link ToolError}.
 */
export async function listTable(run: Runner, family: Family, name: string): Promise<ListedTable> {
  const listed = await run("nft", ["list", ...placeOf({ family, name }, "table").split(" ")], { large: true });
  if (listed.exit !== 0 && /No such file or directory/.test(listed.stderr)) return { text: "", observed: NO_TABLE };
  if (listed.exit !== 0) throw exitError(listed);
  const text = new TextDecoder().decode(listed.stdout);
  try {
    return { text, observed: await inTurns(readTableInSteps(text, family, name)) };
  } catch (error) {
    if (!(error instanceof UnreadableListingError)) throw error;
    // A comment of others may have new lines and braces in it. The table is written anew, or removed, all the same.
    return { text, observed: { ...NO_TABLE, exists: true, frame: [placeOf({ family, name }, "table")] } };
  }
}

/** Characters of a refused line that an error shows. */
const SHOWN = 200;

/** Carries out one transaction: all of it, or none and a {@link ToolError}. */
export async function commit(run: Runner, text: string): Promise<void> {
  const ended = await run("nft", ["-f", "-"], { input: text });
  if (ended.exit === 0) return;
  const line = text.split("\n")[Number(/:(\d+):\d+-\d+: Error/.exec(ended.stderr)?.[1] ?? 0) - 1]?.trim();
  throw exitError(ended, line && `it refused the line: ${line.slice(0, SHOWN)}`);
}
