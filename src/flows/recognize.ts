// Recognizes the format of a log of flows and the place of the destination; if not certain, refuses with a remedy.
// This module is browser-compatible.
import { addressesIn } from "./addresses.ts";
import type { Recognition, WantedPlaces } from "./format.ts";
import { recognizeJson } from "./json.ts";
import { recognizeLines } from "./lines.ts";
import { recognizeTable } from "./table.ts";

/** How many lines of the sample are used. */
const MAX_LINES = 200;

/**
 * Recognizes the format of a text by its first lines, of which the last may be incomplete. Succeeds if it is certain which
 * address is the destination; `wanted` overrides that.
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

/** The first non-empty lines, without an incomplete one. */
function linesOf(sample: string): readonly string[] {
  const lines = sample.replace(/^\uFEFF/, "").split("\n");
  if (lines.length > 1) lines.pop();
  return lines
    .map((line) => line.replace(/\r$/, ""))
    .filter((line) => line.trim() !== "")
    .slice(0, MAX_LINES);
}

/** Whether this beginning of a text is enough to recognize it: a stream may deliver it in small pieces. */
export function isEnough(sample: string): boolean {
  const [first = "", ...others] = linesOf(sample);
  return [first, ...others].some((line) => addressesIn(line).length > 0) && sample.includes("\n");
}
