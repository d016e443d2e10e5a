// Reads entries of snat: destinations, and the source address for packets to them.
// This module is browser-compatible.
import { type AddressRange, buildTable, parseAddresses, parseRecords } from "../core/index.ts";
import { parseAddressRange } from "./address-range.ts";
import type { RawCidr } from "./cidr.ts";
import type { Node } from "./document.ts";
import { describe, isText, type TextNode } from "./fields.ts";
import { excerpt } from "./limits.ts";
import type { Report } from "./report.ts";
import { suggest } from "./suggest.ts";

/** An entry, as far as its values have the right type. */
export interface RawSnat {
  readonly destinations: readonly RawCidr[];
  /** Undefined if it is missing or bad. */
  readonly to: { readonly range: AddressRange; readonly raw: RawCidr } | undefined;
}

const KEYS = ["destinationCIDRs", "to"] as const;
type Key = (typeof KEYS)[number];

const EXAMPLE = "write { destinationCIDRs: [198.51.100.0/24], to: 203.0.113.5 }";

/** The context of an entry. */
export interface SnatContext {
  readonly ipv6: boolean;
  readonly report: Report;
  /** Returns a string of a list with its position. */
  readonly entryOf: (node: TextNode) => RawCidr;
}

/** Reads an entry and reports its problems. */
export function readSnat(node: Node, context: SnatContext): RawSnat {
  const { report } = context;
  if (node.kind !== "map") {
    report("error", "value-type", node.span, `an entry of snat is ${describe(node)}, not a mapping`, EXAMPLE);
    return { destinations: [], to: undefined };
  }
  const found = new Map<Key, Node>();
  for (const { key, keySpan, value } of node.entries) {
    const known = KEYS.find((name) => name.toUpperCase() === key.toUpperCase());
    if (known) found.set(known, value);
    else {
      const meant = suggest(excerpt(key), KEYS);
      const hint = meant ? `did you mean ${meant}?` : `known keys: ${KEYS.join(", ")}`;
      report("warning", "key-unknown", keySpan, `the key ${excerpt(key)} is unknown and is ignored`, hint);
    }
  }
  for (const key of KEYS) {
    if (!found.has(key)) report("error", "key-missing", node.span, `an entry of snat lacks the key ${key}`, EXAMPLE);
  }
  return {
    destinations: readDestinations(found.get("destinationCIDRs"), context),
    to: readTo(found.get("to"), context),
  };
}

function readDestinations(node: Node | undefined, { report, entryOf }: SnatContext): readonly RawCidr[] {
  if (!node) return [];
  if (node.kind !== "list") {
    const hint = "write a list, such as [198.51.100.0/24]; [0.0.0.0/0] means every destination";
    report("error", "value-type", node.span, `destinationCIDRs is ${describe(node)}, not a list of CIDRs`, hint);
    return [];
  }
  for (const item of node.items) {
    if (isText(item)) continue;
    const message = `an entry of destinationCIDRs is ${describe(item)}, not a CIDR`;
    report("error", "value-type", item.span, message, "write a CIDR, such as 198.51.100.0/24");
  }
  return node.items.filter(isText).map(entryOf);
}

function readTo(node: Node | undefined, { report, ipv6, entryOf }: SnatContext): RawSnat["to"] {
  if (!node) return undefined;
  if (!isText(node)) {
    report("error", "value-type", node.span, `to is ${describe(node)}, not an address`, EXAMPLE);
    return undefined;
  }
  const parsed = parseAddressRange(excerpt(node.value));
  if (!parsed.ok) {
    report("error", "address-syntax", node.span, parsed.message, parsed.hint);
    return undefined;
  }
  if (!isUnicast(parsed.range)) {
    const hint = "write an address of the node, or one that the network routes to it";
    report("error", "address-syntax", node.span, `${node.value} cannot be the source of a packet`, hint);
    return undefined;
  }
  if (parsed.range.family === "ipv6" && !ipv6) {
    const hint = "start the agent with --enable-ipv6, or remove the entry";
    report("error", "ipv6-disabled", node.span, `${node.value} is an IPv6 address, but IPv6 is not enabled`, hint);
    return undefined;
  }
  return { range: parsed.range, raw: entryOf(node) };
}

/** Blocks without valid source addresses: unspecified, loopback, multicast, reserved (RFC 6890, RFC 4291). */
const NO_SOURCES = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8"];

/** Whether both ends of a range can be the source of a packet that leaves the node. */
function isUnicast({ first, last }: AddressRange): boolean {
  const { records } = parseAddresses([first, last]);
  return buildTable(parseRecords(NO_SOURCES, "prefix"), "longest")
    .lookup(records)
    .every((index) => index < 0);
}
