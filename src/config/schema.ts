// The keys of the config file: their types, defaults and meaning.
// This module is browser-compatible.
import * as v from "valibot";
import { RANGE_PATTERN } from "./address-range.ts";
import { CIDR_PATTERN } from "./cidr-pattern.ts";
import { POSITIVE_DURATION } from "./duration.ts";
import { INTERFACE_PATTERN } from "./interface-name.ts";
import type { ConfigKey } from "./keys.ts";

const cidrs = v.array(v.pipe(v.string(), v.metadata({ pattern: CIDR_PATTERN })));
const flag = (what: string) => v.pipe(v.nullish(v.boolean(), false), v.description(what));

/** An entry of `snat`. */
export const snatSchema = v.object({
  destinationCIDRs: v.pipe(cidrs, v.description("Destinations whose packets are translated; 0.0.0.0/0 means all.")),
  to: v.pipe(
    v.string(),
    v.metadata({ pattern: RANGE_PATTERN }),
    v.description("The new source address: an address, or a range first-last, of the same family as the CIDRs."),
  ),
});

/**
 * The config file as data. A key that is absent or null has its default; `resyncInterval` must not be null. Metadata is for
 * the JSON Schema, which is all that an editor has; the agent checks more and reports more.
 */
export const configSchema = v.object({
  nonMasqueradeCIDRs: v.pipe(
    v.nullish(cidrs),
    v.description("Destinations whose packets keep the pod's address. Replaces the default list; null means none."),
  ),
  masqueradeCIDRs: v.pipe(
    v.nullish(cidrs),
    v.description(
      "Destinations whose packets are masqueraded even if a shorter prefix keeps them. The longest prefix of all lists decides.",
    ),
  ),
  snat: v.pipe(
    v.nullish(v.array(snatSchema)),
    v.description(
      "Destinations whose packets are translated to a given address. The longest prefix of all lists decides.",
    ),
  ),
  sourceCIDRs: v.pipe(
    v.nullish(cidrs),
    v.description(
      "Only packets from these sources are masqueraded or translated. If it is not set, packets from any source are.",
    ),
  ),
  outputInterfaces: v.pipe(
    v.nullish(v.array(v.pipe(v.string(), v.metadata({ pattern: INTERFACE_PATTERN })))),
    v.description(
      "Only packets that leave through one of these interfaces are masqueraded or translated. A trailing * matches any ending.",
    ),
  ),
  enforceNonMasquerade: flag(
    "Bind connections to kept destinations to their source address, so that no other program masquerades them. Needs the nftables backend.",
  ),
  cidrLimit: v.pipe(
    v.nullish(v.pipe(v.number(), v.safeInteger(), v.metadata({ minimum: 0 })), 64),
    v.description("The maximum number of entries in nonMasqueradeCIDRs and masqueradeCIDRs together."),
  ),
  masqLinkLocal: flag("Masquerade packets to 169.254.0.0/16 too."),
  masqLinkLocalIPv6: flag("Masquerade packets to fe80::/10 too."),
  resyncInterval: v.pipe(
    v.optional(v.pipe(v.string(), v.metadata({ pattern: POSITIVE_DURATION })), "60s"),
    v.description("How often the rules are checked, as a Go duration (60s, 5m, 1h30m); at least 100ms."),
  ),
} satisfies Record<ConfigKey, unknown>);
