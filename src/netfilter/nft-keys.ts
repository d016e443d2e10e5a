// Reads the left-hand sides of nft's matches: the field of the packet, and the condition on which the packet has it.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import { only } from "./intervals.ts";
import { ALWAYS, NEVER, numberMatch } from "./match.ts";
import type { Match, NameField, NumberField } from "./model.ts";
import { PORT_PROTOCOLS, protocolNumber } from "./names.ts";
import { type Json, kindOf, memberOf, stringsOf } from "./nft-json.ts";
import { readMask } from "./nft-values.ts";

/** A left-hand side. */
export type NftKey =
  | { readonly kind: "number"; readonly field: NumberField; readonly mask?: bigint; readonly requires: Match }
  | { readonly kind: "name"; readonly field: NameField; readonly requires: Match }
  /** The address type of a source or destination. */
  | {
      readonly kind: "type";
      readonly field: "source" | "destination";
      readonly limited: boolean;
      readonly requires: Match;
    }
  /** A property that is the same for all packets of the family, as text. */
  | { readonly kind: "fixed"; readonly values: readonly string[]; readonly requires: Match }
  | { readonly kind: "unknown"; readonly name: string; readonly varies: boolean; readonly requires: Match };

const unknown = (name: string, requires = ALWAYS, varies = false): NftKey => ({
  kind: "unknown",
  name,
  varies,
  requires,
});
const number = (field: NumberField, requires = ALWAYS): NftKey => ({ kind: "number", field, requires });

/** Reads a left-hand side. */
export function readKey(left: Json, family: Family): NftKey {
  const [kind, value] = kindOf(left);
  switch (kind) {
    case "payload":
      return memberOf(value, "protocol") === undefined
        ? unknown(`@${["base", "offset", "len"].map((one) => memberOf(value, one)).join(",")}`)
        : payloadKey(String(memberOf(value, "protocol")), String(memberOf(value, "field")), family);
    case "meta":
      return metaKey(String(memberOf(value, "key")), family);
    case "ct":
      return connectionKey(String(memberOf(value, "key")), memberOf(value, "dir"), family);
    case "fib":
      return fibKey(String(memberOf(value, "result")), stringsOf(memberOf(value, "flags")));
    case "&":
      return maskedKey(value, family);
    case "numgen":
      return unknown("numgen", ALWAYS, true);
    default:
      return unknown(kind || "expression");
  }
}

function maskedKey(value: Json, family: Family): NftKey {
  const [inner = null, bits = null] = Array.isArray(value) ? value : [];
  const key = readKey(inner, family);
  if (key.kind !== "number") return unknown("bits", key.requires);
  const mask = readMask(key.field, family, bits);
  return mask === undefined || key.mask !== undefined ? unknown("bits", key.requires) : { ...key, mask };
}

/** Matches packets of this protocol. A field of another protocol ends the rule, even if the match is negated. */
const requireProtocol = (name: string): Match => {
  const found = protocolNumber(name);
  return found === undefined ? ALWAYS : numberMatch("protocol", only(found));
};

function payloadKey(protocol: string, field: string, family: Family): NftKey {
  if (protocol === "ip" || protocol === "ip6") {
    const requires = (protocol === "ip") === (family === "ipv4") ? ALWAYS : NEVER;
    if (field === "saddr") return number("source", requires);
    if (field === "daddr") return number("destination", requires);
    if (field === "protocol" || field === "nexthdr") return number("protocol", requires);
    if (field === "version") return { kind: "fixed", values: [family === "ipv4" ? "4" : "6"], requires };
    return unknown(`${protocol} ${field}`, requires);
  }
  const hasPorts = protocol === "th" || PORT_PROTOCOLS.some((one) => one === protocol);
  const requires = requireProtocol(protocol);
  if (hasPorts && field === "sport") return number("sourcePort", requires);
  if (hasPorts && field === "dport") return number("destinationPort", requires);
  return unknown(`${protocol} ${field}`, requires);
}

function metaKey(key: string, family: Family): NftKey {
  switch (key) {
    case "l4proto":
      return number("protocol");
    case "mark":
      return number("mark");
    case "iifname":
    case "iif":
      return { kind: "name", field: "inputInterface", requires: ALWAYS };
    case "oifname":
    case "oif":
      return { kind: "name", field: "outputInterface", requires: ALWAYS };
    case "nfproto":
      return { kind: "fixed", values: [family], requires: ALWAYS };
    case "protocol":
      return { kind: "fixed", values: family === "ipv4" ? ["ip"] : ["ip6"], requires: ALWAYS };
    default:
      return unknown(`meta ${key}`, ALWAYS, key === "random");
  }
}

function connectionKey(key: string, direction: Json | undefined, family: Family): NftKey {
  if (key === "mark") return number("connectionMark");
  if (key === "state") return number("state");
  if (key === "status") return number("status");
  // NAT sees only the first packet of a connection, which goes in the original direction.
  if (key === "direction") return { kind: "fixed", values: ["original", "0"], requires: ALWAYS };
  if (key === "l3proto") return { kind: "fixed", values: [family], requires: ALWAYS };
  if (key === "protocol" && direction === "original") return number("protocol");
  // The source has not been translated yet; the destination may have been.
  if (/^(ip6? )?saddr$/.test(key) && direction === "original") {
    return number("source", key.startsWith(family === "ipv4" ? "ip6" : "ip ") ? NEVER : ALWAYS);
  }
  return unknown(`ct ${direction === undefined ? "" : `${direction} `}${key}`);
}

function fibKey(result: string, flags: readonly string[]): NftKey {
  const field = flags.includes("saddr") ? "source" : flags.includes("daddr") ? "destination" : undefined;
  if (result !== "type" || field === undefined || flags.includes("mark"))
    return unknown(`fib ${flags.join(" . ")} ${result}`);
  return { kind: "type", field, limited: flags.includes("oif") || flags.includes("iif"), requires: ALWAYS };
}
