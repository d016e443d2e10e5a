// The transaction that makes a policy's table, whatever was there under its name.
// This module is browser-compatible.
import type { Family } from "../../core/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
import { desiredTable } from "./desired.ts";
import { diffTable } from "./diff.ts";

/** What `nft -f` of one family would be given. */
export interface Rendered {
  readonly family: Family;
  /** The tool that reads it. */
  readonly command: string;
  readonly transaction: string;
}

/** Renders each family's policy into a table of this name. */
export function render(policy: readonly FamilyPolicy[], table: string): readonly Rendered[] {
  return policy.map((part) => ({
    family: part.family,
    command: "nft -f",
    transaction: diffTable(desiredTable(part, table))?.text ?? "",
  }));
}

/** The text under a comment that names its tool. */
export function formatRendered({ command, transaction }: Rendered): string {
  return `# ${command}\n${transaction}`;
}
