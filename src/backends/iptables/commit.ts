// Applies a transaction.
import { ToolError } from "../../host/index.ts";
import type { Committed } from "../converge.ts";
import type { ChainTransaction } from "./diff.ts";
import { removeStray } from "./strays.ts";
import { restore, type Tools } from "./tools.ts";

/** Applies the text as a whole or not at all, and then removes the stray jumps. */
export async function commit(tools: Tools, { text, strays }: ChainTransaction): Promise<Committed> {
  try {
    if (text !== "") await restore(tools, text);
    for (const stray of strays) await removeStray(tools, stray);
    return "written";
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}
