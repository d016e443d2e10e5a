// Carries out a transaction.
import type { Transaction } from "../transaction.ts";
import { removeStray } from "./strays.ts";
import { restore, type Variant } from "./tools.ts";

/** Writes the text as a whole or not at all, and then removes the strays. Throws {@link ToolError}. */
export async function commit(variant: Variant, { family, text, strays }: Transaction): Promise<void> {
  if (text !== "") await restore(variant, family, text);
  for (const stray of strays) await removeStray(variant, family, stray);
}
