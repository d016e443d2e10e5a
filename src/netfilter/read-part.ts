// The result of reading a part of the hook, and functions that the readers share.
import { type Runner, ToolError, type ToolRun } from "../host/index.ts";
import type { BaseChain, Unseen } from "./model.ts";
import { NftJsonError } from "./nft-json.ts";
import { NoNatTableError } from "./xtables.ts";

/** The chains that were read, and the parts that were not. */
export interface Part {
  readonly chains: readonly BaseChain[];
  readonly unseen: readonly Unseen[];
}

export const textOf = ({ stdout }: ToolRun) => new TextDecoder().decode(stdout);

/** The reason why something could not be read. Rethrows errors that are bugs. */
export function reasonFor(error: unknown): string {
  if (error instanceof ToolError && error.reason === "missing")
    return `${error.command.split(" ")[0]} is not installed`;
  if (error instanceof ToolError || error instanceof NoNatTableError || error instanceof NftJsonError)
    return error.message;
  throw error;
}

/** Runs a tool. Also throws {@link ToolError} if it fails. */
export async function runToRead(run: Runner, name: string, args: readonly string[]): Promise<ToolRun> {
  const ended = await run(name, args, { large: true });
  if (ended.exit === 0) return ended;
  throw new ToolError("failed", ended.command, ended.exit, ended.stderr, `exit ${ended.exit}`);
}
