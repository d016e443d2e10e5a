// What `nft list table` prints, as data.
// This module is browser-compatible.
import type { Family } from "../../core/index.ts";
import { type Counter, type Element, placeOf } from "./table.ts";

/** An element with what it has counted, if its set counts. */
export interface ObservedElement extends Element {
  readonly counter: Counter | undefined;
}

/** A table as the kernel holds it. */
export interface ObservedTable {
  readonly exists: boolean;
  /** All but the elements, a line each, as {@link frameOf} has them; a counter is `counter` whatever it has counted. */
  readonly frame: readonly string[];
  /** What the counters of those lines have counted, by the line. */
  readonly counters: ReadonlyMap<string, Counter>;
  /** The elements of each set and map. */
  readonly elements: ReadonlyMap<string, readonly ObservedElement[]>;
}

export const NO_TABLE: ObservedTable = { exists: false, frame: [], counters: new Map(), elements: new Map() };

/** The listing is not that of a table. */
export class UnreadableListingError extends Error {
  override name = "UnreadableListingError";
}

const COUNTER = /\bcounter packets (\d+) bytes (\d+)/;

/** An element as nft prints it: what none of ours has, a comment or a timeout, stays part of its key. */
const ELEMENT = /^(.+?)(?: counter packets (\d+) bytes (\d+))?(?: : (.+))?$/s;

/**
 * Reads one table from a listing: `nft list table ip ip-masq-agent`, or a `nft list ruleset` that holds it among others.
 * Whatever stands in the table that is not ours becomes a line of its frame, so that it differs from what is wanted.
 */
export function readTable(listing: string, family: Family, name: string): ObservedTable {
  // People paste listings with handles, or with the line ends of their system.
  const lines = listing.split("\n").map((line) => line.replace(/ # handle \d+\s*$|\s+$/, ""));
  const table = placeOf({ family, name }, "table");
  const begin = lines.indexOf(`${table} {`);
  if (begin < 0) return NO_TABLE;
  const frame: string[] = [];
  const counters = new Map<string, Counter>();
  const elements = new Map<string, ObservedElement[]>();
  const properties: string[] = [];
  let at = begin + 1;
  /** The lines up to the one that closes a block which begins at this depth. */
  const block = (depth: number): string[] => {
    const end = lines.indexOf(`${"\t".repeat(depth)}}`, at);
    if (end < 0) throw new UnreadableListingError("the listing ends in the middle of a table");
    const inside = lines.slice(at, end);
    at = end + 1;
    return inside;
  };
  for (; lines[at] !== "}"; ) {
    const line = lines[at];
    if (line === undefined) throw new UnreadableListingError("the listing ends in the middle of a table");
    at++;
    const [, kind = "", named = ""] = /^\t(\w+) (\S+) \{$/.exec(line) ?? [];
    if (kind === "") {
      if (line !== "") properties.push(line.trim());
      continue;
    }
    const place = `${placeOf({ family, name }, kind)} ${named}`;
    if (kind === "chain") frame.push(...readChain(place, block(1), counters));
    else if (kind === "set" || kind === "map") {
      const read = readSet(block(1));
      frame.push(`${place} { ${read.properties.join("; ")}; }`);
      elements.set(named, read.elements);
    } else
      frame.push(
        `${place} { ${block(1)
          .map((one) => one.trim())
          .join("; ")} }`,
      );
  }
  frame.unshift(`${table} { ${properties.join("; ")}; }`);
  return { exists: true, frame, counters, elements };
}

function readChain(place: string, lines: readonly string[], counters: Map<string, Counter>): string[] {
  const texts = lines.map((line) => line.trim()).filter((line) => line !== "");
  const hook = texts[0]?.startsWith("type ") ? texts.shift() : undefined;
  const rules = texts.map((text) => {
    const rule = `${place.replace("chain", "rule")} ${text.replace(COUNTER, "counter")}`;
    const [, packets, bytes] = COUNTER.exec(text) ?? [];
    if (packets !== undefined && bytes !== undefined) {
      counters.set(rule, { packets: BigInt(packets), bytes: BigInt(bytes) });
    }
    return rule;
  });
  return [`${place}${hook ? ` { ${hook} }` : ""}`, ...rules];
}

function readSet(lines: readonly string[]): { properties: string[]; elements: ObservedElement[] } {
  const begin = lines.findIndex((line) => line.startsWith("\t\telements = { "));
  const before = begin < 0 ? lines : lines.slice(0, begin);
  const properties = before.map((line) => line.trim()).filter((line) => line !== "");
  if (begin < 0) return { properties, elements: [] };
  const text = lines.slice(begin).join("\n").trim();
  const inside = text.slice("elements = { ".length, text.lastIndexOf(" }"));
  return { properties, elements: inside.split(/,\s+/).map(readElement) };
}

function readElement(text: string): ObservedElement {
  const [, key = text, packets, bytes, verdict] = ELEMENT.exec(text) ?? [];
  const counter =
    packets === undefined || bytes === undefined ? undefined : { packets: BigInt(packets), bytes: BigInt(bytes) };
  return { key, verdict, counter };
}
