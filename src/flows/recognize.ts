// Which format a log of flows has, and where its lines hold the destination: certain, or refused with what to say instead.
// This module is browser-compatible.
import { addressesIn } from "./addresses.ts";
import type { Recognition, WantedPlaces } from "./format.ts";
import { recognizeJson } from "./json.ts";
import { recognizeLines } from "./lines.ts";
import { recognizeTable } from "./table.ts";

/** Lines that are looked at. */
const LOOKED_AT = 200;

/**
 * Recognizes the format of a text by its first lines, of which the last may be cut. A format is found if it is certain which of
 * its addresses is the destination; `wanted` says it otherwise.
 *
 * @example
 * ```ts
 * recognizeFlows("srcaddr dstaddr action\n10.1.2.3 8.8.8.8 ACCEPT\n");
 * // { ok: true, format: { destination: { place: { field: 2, of: 3 }, label: "dstaddr" }, header: "srcaddr dstaddr action", … } }
 * recognizeFlows("10.1.2.3 > 8.8.8.8\n").ok; // false: which one?
 * ```
 */
export function recognizeFlows(sample: string, wanted: WantedPlaces = {}): Recognition {
  const lines = linesOf(sample);
  return recognizeJson(lines, wanted) ?? recognizeTable(lines, wanted) ?? recognizeLines(lines, wanted);
}

/** The first lines that hold anything, without what is cut. */
function linesOf(sample: string): readonly string[] {
  const lines = sample.replace(/^\uFEFF/, "").split("\n");
  if (lines.length > 1) lines.pop();
  return lines
    .map((line) => line.replace(/\r$/, ""))
    .filter((line) => line.trim() !== "")
    .slice(0, LOOKED_AT);
}

/** Do the first bytes of a text suffice to recognize it? A stream may bring them bit by bit. */
export function isEnough(sample: string): boolean {
  const [first = "", ...others] = linesOf(sample);
  return [first, ...others].some((line) => addressesIn(line).length > 0) && sample.includes("\n");
}
