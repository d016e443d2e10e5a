// The transaction that creates a policy's table, replacing any table of that name.
// This module is browser-compatible.
import type { FamilyPolicy } from "../../policy/index.ts";
import type { Rendered } from "../rendered.ts";
import { desiredTable } from "./desired.ts";
import { diffTable } from "./diff.ts";

/** Renders each family's policy into a table of this name. */
export function render(policy: readonly FamilyPolicy[], table: string): readonly Rendered[] {
  return policy.map((part) => ({
    family: part.family,
    command: "nft -f",
    transaction: diffTable(desiredTable(part, table))?.text ?? "",
  }));
}
