// The transaction that creates a policy's rules in an empty table.
// This module is browser-compatible.
import type { Family } from "../../core/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
import type { Rendered } from "../rendered.ts";
import { desiredChain } from "./desired.ts";
import { diffChain } from "./diff.ts";

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
