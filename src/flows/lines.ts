// Recognizes lines of text without a header: conntrack, records of clouds, NAME=VALUE, plain addresses.
// This module is browser-compatible.
import type { AddressPlace } from "../core/index.ts";
import { addressAt } from "./address-at.ts";
import { addressesIn, isAddress } from "./addresses.ts";
import type { FlowFormat, FlowPlace, Recognition, WantedPlace, WantedPlaces } from "./format.ts";
import { chooseDestination, chooseSource, countKnown } from "./names.ts";

/** A format that can be recognized by a single line. */
interface LineFormat {
  readonly name: string;
  /** Its group must match an address. */
  readonly pattern: RegExp;
  readonly destination: FlowPlace;
  readonly source?: FlowPlace;
  readonly namedSource?: FlowPlace;
}

type Refusal = Omit<Extract<Recognition, { ok: false }>, "ok">;

const shownLine = (line: string) => JSON.stringify(line.length > 100 ? `${line.slice(0, 99)}…` : line);

const key = (name: string): FlowPlace => ({ place: { key: name }, label: name });
const field = (place: AddressPlace & { field: number }): FlowPlace => ({ place, label: `field ${place.field}` });

/** Whether a line without an address has column names. */
const isLineOfNames = (line: string) => countKnown(line.split(/[\s,;|"]+/)) > 1;

const isPositional = ({ destination: { place } }: LineFormat) => typeof place === "object" && "field" in place;

const CONNTRACK = { destination: key("dst"), source: key("src") };

/** An AWS record has 14 fields by default; in an export from CloudWatch it is preceded by the time. */
const AWS_RECORD = String.raw`2 \d{12} eni-\S+ \S+ (\S+) \d+ \d+ \d+ \d+ \d+ \d+ \d+ [A-Z]+ [A-Z]+\s*$`;

const FORMATS: readonly LineFormat[] = [
  {
    name: "conntrack -o extended",
    pattern: /^(?:\[\w+\] )?ipv[46] +\d+ .*?\bsrc=\S+ dst=(\S+) .*\bsrc=\S+ dst=/,
    ...CONNTRACK,
  },
  { name: "conntrack", pattern: /\bsrc=\S+ dst=(\S+) .*\bsrc=\S+ dst=/, ...CONNTRACK },
  {
    name: "AWS VPC flow log",
    pattern: new RegExp(`^${AWS_RECORD}`),
    destination: field({ field: 5, of: 14 }),
    namedSource: field({ field: 4, of: 14 }),
  },
  {
    name: "AWS VPC flow log",
    pattern: new RegExp(`^\\S+Z ${AWS_RECORD}`),
    destination: field({ field: 6, of: 15 }),
    namedSource: field({ field: 5, of: 15 }),
  },
  {
    // In a JSON document a tuple is indented, in quotes and followed by a comma.
    name: "Azure flow tuples",
    pattern: /^(?:\s+")?\d{10,13},\s*[^,]+,\s*([^,\s]+)\s*,\s*\d*,\s*\d*,\s*[A-Z\d]+,\s*[IO],/,
    destination: field({ field: 3, separator: "," }),
    namedSource: field({ field: 2, separator: "," }),
  },
];

/** Any text is lines, so the result is never undefined. */
export function recognizeLines(lines: readonly string[], wanted: WantedPlaces): Recognition {
  const source = placeOf(wanted.source, lines);
  const asked = placeOf(wanted.destination, lines);
  if (asked) return { ok: true, format: { name: "lines", destination: asked, source } };
  const begin = lines.findIndex((line) => addressesIn(line).length > 0);
  const line = lines[begin] ?? "";
  const known = FORMATS.find(({ pattern }) => isAddress(pattern.exec(line)?.[1] ?? ""));
  const header = lines.slice(0, Math.max(begin, 0)).find(isLineOfNames);
  if (known && header !== undefined && isPositional(known)) {
    return { ok: false, ...refusalOfHeader(header, known) };
  }
  if (known) return { ok: true, format: formatOf(known, source) };
  if (/^"\d{10,13},/.test(line)) {
    return { ok: false, why: "these are Azure flow tuples in quotes", remedy: "print them without quotes: jq -r" };
  }
  const pairs = pairsOf(line);
  const chosen = chooseDestination(pairs);
  if ("name" in chosen) {
    const named = chooseSource(pairs);
    const namedSource = named && key(named.name);
    return { ok: true, format: { name: "NAME=VALUE", destination: key(chosen.name), source, namedSource } };
  }
  const uncertain = lines.find((one) => addressesIn(one).length > 1);
  if (uncertain === undefined) {
    return {
      ok: true,
      format: { name: "addresses", destination: { place: "only", label: "the only address" }, source },
    };
  }
  return { ok: false, ...refusalOf(uncertain, lines) };
}

function formatOf(
  { name, destination, source: own, namedSource }: LineFormat,
  source: FlowPlace | undefined,
): FlowFormat {
  return { name, destination, source: source ?? own, namedSource };
}

/** Fields are separated by white space, unless most lines have too few of these and enough columns separated by commas. */
function placeOf(wanted: WantedPlace | undefined, lines: readonly string[]): FlowPlace | undefined {
  if (!wanted || "key" in wanted) return wanted && key(wanted.key);
  const { field: number } = wanted;
  const isCsv = (line: string) => line.trim().split(/\s+/).length < number && line.split(",").length >= number;
  const separator = lines.filter(isCsv).length * 2 > lines.length ? "," : undefined;
  return field({ field: number, ...(separator ? { separator } : {}) });
}

/** The NAME=ADDRESS pairs of a line; of several with the same name, the first. */
function pairsOf(line: string) {
  const pairs = new Map<string, string>();
  for (const [, name = "", value = ""] of line.matchAll(/(?<![\w.-])([\w.-]+)="?([0-9A-Fa-f.:]+)/g)) {
    if (isAddress(value) && !pairs.has(name)) pairs.set(name, value);
  }
  return [...pairs].map(([name, value]) => ({ name, values: [value] }));
}

/** Refuses records whose columns may not be the default ones, because column names that do not fit them come first. */
function refusalOfHeader(header: string, { name, destination: { label } }: LineFormat): Refusal {
  return {
    why: `a line of column names does not fit the lines below it, which may have other columns than the default ${name}: ${shownLine(header)}`,
    remedy: `give the place of the destination with --field=NUMBER; by default it is ${label}`,
  };
}

/** Why a line with several addresses is ambiguous, and a place of its last address, if the core finds that address there. */
function refusalOf(line: string, lines: readonly string[]): Refusal {
  const addresses = addressesIn(line);
  const why = `a line has ${addresses.length} addresses, and it is unclear which one is the destination: ${shownLine(line)}`;
  const remedy = "give its place with --key=NAME or --field=NUMBER";
  for (const { wanted, address } of lastPlaces(line, addresses.at(-1) ?? "")) {
    const place = placeOf(wanted, lines)?.place;
    if (place === undefined || addressAt(line, place) !== address) continue;
    const option = "key" in wanted ? `--key=${wanted.key}` : `--field=${wanted.field}`;
    return { why, remedy: `${remedy}; ${option} selects ${address}`, example: { place: wanted, address } };
  }
  return { why, remedy: `${remedy}, which selects the first address there: put spaces between addresses in one field` };
}

/** Where the last address of a line may be: the last key with an address, the column or the field that it stands in. */
function* lastPlaces(line: string, last: string): Generator<{ wanted: WantedPlace; address: string }, void, void> {
  const pair = pairsOf(line).at(-1);
  if (pair) yield { wanted: { key: pair.name }, address: pair.values[0] ?? "" };
  const column = line.split(",").findIndex((cell) => cell.trim() === last) + 1;
  const fields = line.trim().split(/\s+/);
  if (column > fields.length) yield { wanted: { field: column }, address: last };
  yield { wanted: { field: fields.findLastIndex((text) => text.includes(last)) + 1 }, address: last };
}
