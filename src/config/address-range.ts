// Parses an address or a range of addresses, as in `snat`.
// This module is browser-compatible.
import { type AddressRange, addressOf, parseAddresses } from "../core/index.ts";

/** Approximates an address or a range. */
export const RANGE_PATTERN = "^[0-9a-fA-F.:]+( *- *[0-9a-fA-F.:]+)?$";

export type ParsedRange =
  | { readonly ok: true; readonly range: AddressRange }
  | { readonly ok: false; readonly message: string; readonly hint: string };

const EXAMPLE = "write an address such as 203.0.113.5, or a range such as 203.0.113.5-203.0.113.9";

/**
 * Parses `203.0.113.5`, or `203.0.113.5-203.0.113.9` with both ends of the same family and the lower one first.
 */
export function parseAddressRange(text: string): ParsedRange {
  const ends = text.split("-").map((part) => part.trim());
  const [firstText = "", lastText = firstText, more] = ends;
  const { records, read } = parseAddresses([firstText, lastText]);
  const [first, last] = read;
  if (more !== undefined || !first?.ok || !last?.ok) {
    const bad = more !== undefined ? text : !first?.ok ? firstText : lastText;
    const hint = bad.includes("/") ? "write addresses without a /length; a range is first-last" : EXAMPLE;
    return { ok: false, message: `${JSON.stringify(bad)} is not an address`, hint };
  }
  const addressText = (network: string) => network.slice(0, network.indexOf("/"));
  const range = { family: first.family, first: addressText(first.network), last: addressText(last.network) };
  if (first.family !== last.family) {
    return { ok: false, message: `the ends of the range ${text} belong to different families`, hint: EXAMPLE };
  }
  if (addressOf(records, 0) > addressOf(records, 1)) {
    return {
      ok: false,
      message: `the first address of ${text} comes after the last`,
      hint: `write ${range.last}-${range.first}`,
    };
  }
  return { ok: true, range };
}
