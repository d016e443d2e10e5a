// Carries out a transaction.
import type { Transaction } from "../dialect/index.ts";
import { restore, type Variant } from "./iptables.ts";
import { removeStray } from "./strays.ts";

/** Writes the text as a whole or not at all, and then removes the strays. Throws {@link ToolError}. */
export async function apply(variant: Variant, { family, text, strays }: Transaction): Promise<void> {
  if (text !== "") await restore(variant, family, text);
  for (const stray of strays) await removeStray(variant, family, stray);
}
