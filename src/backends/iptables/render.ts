// The transaction that makes a policy's rules on an empty table.
// This module is browser-compatible.
import type { Family } from "../../core/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
import { desiredChain } from "./desired.ts";
import { diffChain } from "./diff.ts";

/** What the restore tool of one family would be given. */
export interface Rendered {
  readonly family: Family;
  /** The tool that reads it. */
  readonly command: string;
  readonly transaction: string;
}

const RESTORE: Readonly<Record<Family, string>> = {
  ipv4: "iptables-restore --noflush",
  ipv6: "ip6tables-restore --noflush",
};

/** Renders each family's policy. */
export function render(policy: readonly FamilyPolicy[]): readonly Rendered[] {
  return policy.map((part) => ({
    family: part.family,
    command: RESTORE[part.family],
    transaction: diffChain(desiredChain(part))?.text ?? "",
  }));
}

/** The text under a comment that names its tool. */
export function formatRendered({ command, transaction }: Rendered): string {
  return `# ${command}\n${transaction}`;
}
