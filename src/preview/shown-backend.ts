// What the page shows for a backend: the input for its tool, and the plan for a node's rules.
import {
  desiredChain,
  diffChain,
  formatRendered,
  type Rendered,
  readObserved,
  render,
  type Transaction,
} from "../backends/iptables/index.ts";
import { desiredTable, diffTable, readTable, render as renderTable } from "../backends/nftables/index.ts";
import type { Family } from "../core/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { checkListing } from "./listing.ts";
import type { BackendName, Flags, PageState } from "./state.ts";

/** A field into which a node's rules are pasted. */
export interface Paste {
  readonly key: keyof PageState["observed"];
  /** The command that prints them. */
  readonly command: string;
  readonly placeholder: string;
  readonly families: readonly Family[];
}

export interface ShownBackend {
  readonly unit: string;
  readonly pastes: readonly Paste[];
  /** What the pasted text must be, as part of a message. */
  readonly listing: string;
  /** The output of `ip-masq-agent render`, in parts. */
  render(policy: readonly FamilyPolicy[], flags: Flags): readonly Rendered[];
  /** What a sync would write; undefined if nothing. Throws if the text is not what the command prints. */
  plan(policy: FamilyPolicy, flags: Flags, text: string): Transaction | undefined;
}

export const SHOWN_BACKENDS: Readonly<Record<BackendName, ShownBackend>> = {
  iptables: {
    unit: "rules",
    pastes: [
      { key: "ipv4", command: "iptables-save -t nat", placeholder: "*nat …", families: ["ipv4"] },
      { key: "ipv6", command: "ip6tables-save -t nat", placeholder: "*nat …", families: ["ipv6"] },
    ],
    listing: "the output of iptables-save -t nat",
    render,
    plan: (policy, _flags, text) => {
      const dump = new TextEncoder().encode(text.endsWith("\n") ? text : `${text}\n`);
      return diffChain(desiredChain(policy), readObserved(dump, policy.chain));
    },
  },
  nftables: {
    unit: "rules and elements",
    pastes: [
      {
        key: "nftables",
        command: "nft list ruleset",
        placeholder: "table ip ip-masq-agent {\n…",
        families: ["ipv4", "ipv6"],
      },
    ],
    listing: "the output of nft list ruleset",
    render: (policy, { table }) => renderTable(policy, table),
    plan: (policy, { table }, text) =>
      diffTable(desiredTable(policy, table), readTable(checkListing(text), policy.family, table)),
  },
};

export { formatRendered, type Rendered, type Transaction };
