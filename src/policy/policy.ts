// Config to policy: per family, which destinations keep the pod's address, and how the rest is masqueraded.
// This module is browser-compatible.
import type { Config, Destination } from "../config/index.ts";
import { type Family, type Prefix, parsePrefixes } from "../core/index.ts";
import type { PortRange } from "./ports.ts";

/** What happens to a packet: it is left as it is, or it gets the node's address. */
export type Verdict = "return" | "masquerade";

/** One entry of the policy, in the order in which the kernel asks them. */
export interface PolicyEntry {
  readonly prefix: Prefix;
  /** What no entry contains is masqueraded. */
  readonly verdict: "return";
  /** Why it is there. */
  readonly reason: "link-local" | "default" | "config";
  readonly origin: Destination["origin"];
}

/** What one family's chain shall do: the first entry that contains a destination decides; without one it is masqueraded. */
export interface FamilyPolicy {
  readonly family: Family;
  readonly chain: string;
  readonly entries: readonly PolicyEntry[];
  /** Source ports for tcp, udp and sctp, drawn in proportion to the ranges' sizes; empty: the kernel's choice. */
  readonly ports: readonly PortRange[];
  readonly randomFully: boolean;
}

/** What the flags say about the rules. */
export interface PolicyOptions {
  readonly chain: string;
  readonly ipv6: boolean;
  readonly randomFully: boolean;
  readonly ports: readonly PortRange[];
}

const LINK_LOCAL: Readonly<Record<Family, string>> = { ipv4: "169.254.0.0/16", ipv6: "fe80::/10" };

/** Decides the policy of each family that the agent keeps: IPv4 always, IPv6 where it is enabled. */
export function decide(config: Config, options: PolicyOptions): readonly FamilyPolicy[] {
  const families: readonly Family[] = options.ipv6 ? ["ipv4", "ipv6"] : ["ipv4"];
  const masqueraded = { ipv4: config.masqLinkLocal, ipv6: config.masqLinkLocalIPv6 };
  return families.map((family) => {
    const linkLocal = masqueraded[family] ? [] : parsePrefixes([LINK_LOCAL[family]]).read;
    return {
      family,
      chain: options.chain,
      entries: [
        ...linkLocal.flatMap((prefix): PolicyEntry[] =>
          prefix.ok ? [{ prefix, verdict: "return", reason: "link-local", origin: undefined }] : [],
        ),
        ...config.nonMasqueradeCIDRs
          .filter(({ prefix }) => prefix.family === family)
          .map(({ prefix, origin }): PolicyEntry => {
            return { prefix, verdict: "return", reason: origin ? "config" : "default", origin };
          }),
      ],
      ports: options.ports,
      randomFully: options.randomFully,
    };
  });
}
