// nft inside a namespace: for changes by other programs, for listings, and for a backend that runs in the test itself.
import { runInside } from "../../demo/network.mjs";
import { nftablesBackend } from "../../src/backends/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import type { Family } from "../../src/core/index.ts";
import { runTool } from "../../src/host/index.ts";
import { compilePolicy, type FamilyPolicy } from "../../src/policy/index.ts";

export const TABLE = "ip-masq-agent";
export const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];
export const NFT_FAMILY = { ipv4: "ip", ipv6: "ip6" } as const;

/** Applies a transaction as another program would. */
export const nft = (node: string, text: string): string => runInside(node, ["nft", "-f", "-"], `${text}\n`);

/** Our table of a family; empty if it does not exist. */
export const listTable = (node: string, family: Family = "ipv4", table = TABLE): string =>
  runInside(node, ["sh", "-c", `nft list table ${NFT_FAMILY[family]} ${table} 2> /dev/null || true`]);

/** All tables, or all except those with our name. nft warns on standard error about tables that belong to iptables. */
export function listRuleset(node: string, { others = false } = {}): string {
  const text = runInside(node, ["sh", "-c", "nft list ruleset 2> /dev/null"]);
  return others ? text.replace(new RegExp(`^table ip6? ${TABLE} \\{\\n[\\s\\S]*?^\\}\\n`, "gm"), "") : text;
}

/** A listing without the values of its counters. */
export const uncounted = (listing: string): string => listing.replace(/counter packets \d+ bytes \d+/g, "counter");

/** The backend inside the test process, where an apply takes 10 ms. Its tools run inside the namespace. */
export function backendIn(node: string, table = TABLE) {
  const warn = (message: string) => {
    throw new Error(message);
  };
  return nftablesBackend(table, warn, {
    run: (name, args, how) => runTool("nsenter", [`--net=/run/netns/${node}`, "--", name, ...args], how),
    withWriteLock: (_name, _warn, { work }) => work(),
  });
}

/** The policy of a config for both families. */
export function policyOfText(text: string, ports: FamilyPolicy["ports"] = []): readonly FamilyPolicy[] {
  const { config, diagnostics } = parseConfig(text, { file: "test", ipv6: true, reservedRanges: false });
  if (!config) throw new Error(`${text}\n${diagnostics.map(({ message }) => message).join("\n")}`);
  return compilePolicy(config, { chain: "IP-MASQ-AGENT", ipv6: true, randomFully: true, ports });
}
