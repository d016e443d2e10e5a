// Recognizes JSON lines: one object per line, with the destination at a path in it.
// This module is browser-compatible.
import { addressesIn, isAddress } from "./addresses.ts";
import type { FlowPlace, Recognition, WantedPlace, WantedPlaces } from "./format.ts";
import { type Candidate, chooseDestination, chooseSource } from "./names.ts";

/** How deep nested objects are searched. */
const MAX_DEPTH = 6;

type JsonObject = Readonly<Record<string, unknown>>;

/** The strings in an object by path: keys joined with dots. */
function* textsOf(object: JsonObject, prefix = "", depth = 1): Generator<readonly [path: string, text: string]> {
  for (const [key, value] of Object.entries(object)) {
    if (typeof value === "string") yield [prefix + key, value];
    else if (isObject(value) && depth < MAX_DEPTH) yield* textsOf(value, `${prefix}${key}.`, depth + 1);
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseObject(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The line, before the first address, that only begins an object or a list: the text is a document that continues below. */
function beginningOfDocument(lines: readonly string[]): string | undefined {
  const begin = lines.findIndex((line) => addressesIn(line).length > 0);
  const isBeginning = (line: string) =>
    /^\s*(\{|\[\s*(\{.*)?)\s*$/.test(line) || /^\s*\{\s*"records"\s*:\s*\[/.test(line);
  return (begin < 0 ? lines : lines.slice(0, begin + 1)).find(isBeginning);
}

/** Whether most lines with an address begin as an object does: other lines may be before the first one. */
function isMostlyJson(lines: readonly string[]): boolean {
  const withAddress = lines.filter((line) => addressesIn(line).length > 0);
  const objects = withAddress.filter((line) => /^\s*\{/.test(line));
  return objects.length > 0 && objects.length * 2 >= withAddress.length;
}

/** Undefined if the text is not JSON. */
export function recognizeJson(lines: readonly string[], wanted: WantedPlaces): Recognition | undefined {
  const [first = ""] = lines;
  const document = beginningOfDocument(lines);
  if (document !== undefined) return refuseDocument(document);
  if (!/^\s*[{[]/.test(first) && !isMostlyJson(lines)) return undefined;
  // A line may be damaged.
  const objects = lines.map(parseObject).filter((object) => object !== undefined);
  if (objects.length === 0) return undefined;
  const asked = wanted.destination;
  const field = [asked, wanted.source].find((place) => place && "field" in place);
  if (field) {
    return { ok: false, why: "these are JSON lines, which have no fields", remedy: "name the path: --key=PATH" };
  }
  const source = placeOf(wanted.source);
  const destination = placeOf(asked);
  const candidates = candidatesOf(objects);
  const namedSource = pathPlace(chooseSource(candidates)?.name);
  if (destination) return { ok: true, format: { name: "JSON lines", destination, source, namedSource } };
  const chosen = chooseDestination(candidates);
  if ("name" in chosen) {
    const { name: path } = chosen;
    const name = /(^|\.)connection\.dest_ip$/.test(path) ? "GCP VPC flow log" : "JSON lines";
    return { ok: true, format: { name, destination: { place: { path }, label: path }, source, namedSource } };
  }
  const choices = chosen.length > 0 ? chosen : candidates;
  if (choices.length === 0) {
    return {
      ok: false,
      why: "these are JSON lines, and the first ones have no address",
      remedy: "name the path of the destination: --key=PATH",
    };
  }
  const paths = choices.map(({ name }) => name).slice(0, 8);
  return {
    ok: false,
    why: `these are JSON lines, and it is unclear which of their addresses is the destination: ${paths.join(", ")}`,
    remedy: `name its path, such as --key=${paths.at(-1)}`,
    example: { place: { key: paths.at(-1) ?? "" } },
  };
}

const placeOf = (wanted: WantedPlace | undefined): FlowPlace | undefined =>
  wanted && "key" in wanted ? pathPlace(wanted.key) : undefined;

const pathPlace = (path: string | undefined): FlowPlace | undefined =>
  path === undefined ? undefined : { place: { path }, label: path };

/** The paths where the objects have addresses. */
function candidatesOf(objects: readonly JsonObject[]): readonly Candidate[] {
  const values = new Map<string, string[]>();
  for (const object of objects) {
    for (const [path, text] of textsOf(object)) {
      const known = values.get(path) ?? [];
      values.set(path, [...known, text]);
    }
  }
  return [...values]
    .map(([name, texts]) => ({ name, values: texts }))
    .filter((candidate) => candidate.values.some(isAddress));
}

/** Refuses a document, which may have any structure and cannot be read line by line. */
function refuseDocument(first: string): Recognition {
  const tuples = `jq -r '.. | .flowTuples? // empty | .[]' FILE`;
  const isAzure = /"records"/.test(first);
  const convert = isAzure ? tuples : "jq -c '.[]' FILE";
  return {
    ok: false,
    why: isAzure
      ? "this is a JSON document with records of many flows, as Azure writes it"
      : "this is a JSON document, but only JSON lines can be read, with one flow per line",
    remedy: `convert it to lines: ${convert} | ip-masq-agent …`,
    convert,
  };
}
