// Runs nft: lists one table, applies one transaction, and checks the versions.
import type { Family } from "../../core/index.ts";
import { reportedAs } from "../../errors/index.ts";
import { exitError, kernelRelease, type Runner, runCooperatively, ToolError } from "../../host/index.ts";
import { NO_TABLE, type ObservedTable, readTableInSteps, UnreadableListingError } from "./observed.ts";
import { placeOf } from "./table.ts";

/** The oldest supported versions. */
const MIN_NFT = [1, 0, 1];
const MIN_KERNEL = [5, 13];

/** This version of nft or of the kernel does not support the table. */
export class TooOldError extends reportedAs("too-old") {}

/** Throws {@link TooOldError}, or {@link ToolError} if nft is missing or fails. */
export async function checkVersions(run: Runner): Promise<void> {
  const ended = await run("nft", ["--version"]);
  if (ended.exit !== 0) throw exitError(ended);
  const version = /v(\d+(?:\.\d+)*)/.exec(new TextDecoder().decode(ended.stdout))?.[1];
  if (version && isLess(version, MIN_NFT)) {
    throw new TooOldError(`nft ${version} is too old: the nftables backend needs nft 1.0.1 or later`);
  }
  const release = kernelRelease();
  const kernel = release && /^\d+\.\d+/.exec(release)?.[0];
  if (kernel && isLess(kernel, MIN_KERNEL)) {
    throw new TooOldError(`Linux ${release} is too old: the nftables backend needs Linux 5.13 or later`);
  }
}

/** Whether a version, `1.0.1`, is less than these numbers. */
export function isLess(version: string, minimum: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [i, number] of minimum.entries()) if (parts[i] !== number) return (parts[i] ?? 0) < number;
  return false;
}

/** A table, and the listing that it was read from. */
export interface ListedTable {
  readonly text: string;
  readonly observed: ObservedTable;
}

/**
 * Reads only one table: `nft list tables` of 1.0.6 would read the elements of all sets on the node.
 * Throws {@link ToolError}.
 */
export async function listTable(run: Runner, family: Family, name: string): Promise<ListedTable> {
  const listed = await run("nft", ["list", ...placeOf({ family, name }, "table").split(" ")], { large: true });
  if (listed.exit !== 0 && /No such file or directory/.test(listed.stderr)) return { text: "", observed: NO_TABLE };
  if (listed.exit !== 0) throw exitError(listed);
  const text = new TextDecoder().decode(listed.stdout);
  try {
    return { text, observed: await runCooperatively(readTableInSteps(text, family, name)) };
  } catch (error) {
    if (!(error instanceof UnreadableListingError)) throw error;
    // Another program's comment may contain newlines and braces. The table can be rewritten or removed nevertheless.
    return { text, observed: { ...NO_TABLE, exists: true, frame: [placeOf({ family, name }, "table")] } };
  }
}

/** How many characters of a refused line an error shows. */
const MAX_SHOWN = 200;

/** Applies one transaction: all of it, or none and a {@link ToolError}. */
export async function commit(run: Runner, text: string): Promise<void> {
  const ended = await run("nft", ["-f", "-"], { input: text });
  if (ended.exit === 0) return;
  const line = text.split("\n")[Number(/:(\d+):\d+-\d+: Error/.exec(ended.stderr)?.[1] ?? 0) - 1]?.trim();
  throw exitError(ended, line && `it refused the line: ${line.slice(0, MAX_SHOWN)}`);
}
