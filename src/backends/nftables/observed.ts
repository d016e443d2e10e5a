// Parses the output of `nft list table`.
// This module is browser-compatible.
import { eachInSteps, type Family, finish, PIECE, type Steps } from "../../core/index.ts";
import { reportedAs } from "../../errors/index.ts";
import { type Counter, type Element, placeOf } from "./table.ts";

/** An element with its counter, if its set has counters. */
export interface ObservedElement extends Element {
  readonly counter: Counter | undefined;
}

/** The current state of a table in the kernel. */
export interface ObservedTable {
  readonly exists: boolean;
  /** Everything but the elements, in lines as {@link frameOf} has them; a counter is just `counter`, without its values. */
  readonly frame: readonly string[];
  /** The counters in these lines, by line. */
  readonly counters: ReadonlyMap<string, Counter>;
  /** The elements of each set and map. */
  readonly elements: ReadonlyMap<string, readonly ObservedElement[]>;
}

export const NO_TABLE: ObservedTable = { exists: false, frame: [], counters: new Map(), elements: new Map() };

/** The listing is not that of a whole table. */
export class UnreadableListingError extends reportedAs("tool-unreadable") {}

const COUNTER = /\bcounter packets (\d+) bytes (\d+)/;

/** An element as nft prints it. Anything that ours do not have, such as a comment or a timeout, stays part of the key. */
const ELEMENT = /^(.+?)(?: counter packets (\d+) bytes (\d+))?(?: : (.+))?$/s;

/**
 * Reads one table from a listing: `nft list table ip ip-masq-agent`, or `nft list ruleset` with other tables. Anything in
 * the table that is not ours becomes a line of its frame, so that it differs from the desired state.
 */
export function readTable(listing: string, family: Family, name: string): ObservedTable {
  return finish(readTableInSteps(listing, family, name));
}

/** {@link readTable} in steps. */
export function* readTableInSteps(listing: string, family: Family, name: string): Steps<ObservedTable> {
  const lines = listing.split("\n");
  // Pasted listings may have handles, or the line ends of another system.
  const lineAt = (at: number) => lines[at]?.replace(/ # handle \d+\s*$|\s+$/, "");
  const table = placeOf({ family, name }, "table");
  const begin = lines.findIndex((line, i) => line.startsWith(table) && lineAt(i) === `${table} {`);
  if (begin < 0) return NO_TABLE;
  const frame: string[] = [];
  const counters = new Map<string, Counter>();
  const elements = new Map<string, readonly ObservedElement[]>();
  const properties: string[] = [];
  let at = begin + 1;
  const next = () => {
    const line = lineAt(at++);
    if (line === undefined) throw new UnreadableListingError("the listing ends in the middle of a table");
    return line;
  };
  /** The non-empty lines of a block. */
  function* block(): Steps<string[]> {
    const inside: string[] = [];
    for (let line = next(); line !== "\t}"; line = next()) {
      if (line !== "") inside.push(line.trim());
      if (inside.length % PIECE === 0) yield;
    }
    return inside;
  }
  for (let line = next(); line !== "}"; line = next()) {
    const [, kind = "", named = ""] = /^\t(\w+) (\S+) \{$/.exec(line) ?? [];
    const place = `${placeOf({ family, name }, kind)} ${named}`;
    if (kind === "") {
      if (line !== "") properties.push(line.trim());
    } else if (kind === "chain") {
      frame.push(...readChain(place, yield* block(), counters));
    } else if (kind === "set" || kind === "map") {
      const read = yield* readSet(yield* block());
      frame.push(`${place} { ${read.properties.join("; ")}; }`);
      elements.set(named, read.elements);
    } else frame.push(`${place} { ${(yield* block()).join("; ")} }`);
  }
  frame.unshift(`${table} { ${properties.join("; ")}; }`);
  return { exists: true, frame, counters, elements };
}

function readChain(place: string, lines: string[], counters: Map<string, Counter>): string[] {
  const hook = lines[0]?.startsWith("type ") ? lines.shift() : undefined;
  const rules = lines.map((text) => {
    const rule = `${place.replace("chain", "rule")} ${text.replace(COUNTER, "counter")}`;
    const [, packets, bytes] = COUNTER.exec(text) ?? [];
    if (packets !== undefined && bytes !== undefined) {
      counters.set(rule, { packets: BigInt(packets), bytes: BigInt(bytes) });
    }
    return rule;
  });
  return [`${place}${hook ? ` { ${hook} }` : ""}`, ...rules];
}

const ELEMENTS = "elements = { ";

function* readSet(lines: readonly string[]): Steps<{ properties: readonly string[]; elements: ObservedElement[] }> {
  const begin = lines.findIndex((line) => line.startsWith(ELEMENTS));
  const properties = begin < 0 ? lines : lines.slice(0, begin);
  const elements: ObservedElement[] = [];
  if (begin < 0) return { properties, elements };
  yield* eachInSteps(lines.slice(begin), (line, i) => {
    // A line may have several elements; all lines but the last end with a comma.
    const from = i === 0 ? ELEMENTS.length : 0;
    const inside = line.slice(from).replace(/,$| \}$/, "");
    for (const text of inside.split(", ")) elements.push(readElement(text));
  });
  return { properties, elements };
}

function readElement(text: string): ObservedElement {
  const [, key = text, packets, bytes, verdict] = ELEMENT.exec(text) ?? [];
  const counter =
    packets === undefined || bytes === undefined ? undefined : { packets: BigInt(packets), bytes: BigInt(bytes) };
  return { key, verdict, counter };
}
