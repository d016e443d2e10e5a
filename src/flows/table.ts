// Recognizes tables with a header line: CSV and the like, and the flow logs of clouds.
// This module is browser-compatible.
import type { AddressPlace } from "../core/index.ts";
import { addressesIn } from "./addresses.ts";
import type { FlowFormat, FlowPlace, Recognition, WantedPlace, WantedPlaces } from "./format.ts";
import { chooseDestination, chooseSource, countKnown, rankOf } from "./names.ts";

/** The separator of columns; undefined: any amount of white space. */
type Separator = "," | "\t" | ";" | "|" | undefined;
const SEPARATORS: readonly Separator[] = [",", "\t", ";", "|", undefined];

interface Table {
  readonly separator: Separator;
  readonly header: string;
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The cells of a line. In quotes, a separator is part of the cell, and a doubled quote is a single one. */
function cellsOf(line: string, separator: Separator): readonly string[] {
  if (separator === undefined) return line.trim().split(/\s+/);
  const cells: string[] = [];
  for (let at = 0; at <= line.length; ) {
    let end = line.indexOf(separator, at);
    if (line[at] === '"') {
      let close = line.indexOf('"', at + 1);
      while (close >= 0 && line[close + 1] === '"') close = line.indexOf('"', close + 2);
      end = close < 0 ? -1 : line.indexOf(separator, close);
    }
    if (end < 0) end = line.length;
    const cell = line.slice(at, end);
    cells.push(cell.startsWith('"') ? cell.slice(1).replace(/"\s*$/, "").replaceAll('""', '"') : cell);
    at = end + 1;
  }
  return cells;
}

const isComment = (line: string) => line.trimStart().startsWith("#");

const isNamed = (names: readonly string[], wanted: WantedPlace | undefined) =>
  wanted !== undefined && "key" in wanted && columnOf(names, wanted.key) >= 0;

/** The column with this name, regardless of case if there is no exact match; -1 if there is none. */
function columnOf(names: readonly string[], name: string): number {
  const exact = names.indexOf(name);
  return exact >= 0 ? exact : names.findIndex((one) => one.toLowerCase() === name.toLowerCase());
}

/** Reads the lines as a table with the separator that fits; undefined if they are not a table. */
function tableOf(lines: readonly string[], wanted: WantedPlaces): Table | undefined {
  const first = lines.findIndex((line) => !isComment(line));
  const begin = first < 0 ? lines.length : first;
  // The names may themselves be in a comment, directly above the rows.
  return tableFrom(lines.slice(begin), wanted) ?? (begin > 0 ? tableFrom(lines.slice(begin - 1), wanted) : undefined);
}

/** The same for lines of which the first one is the header, if they are a table. */
function tableFrom([header = "", ...lines]: readonly string[], wanted: WantedPlaces): Table | undefined {
  if (addressesIn(header).length > 0) return undefined;
  for (const separator of SEPARATORS) {
    const names = cellsOf(header.replace(/^\s*#\s*/, ""), separator).map((name) => name.trim());
    const isHeader =
      names.some((name) => rankOf(name) !== undefined) ||
      isNamed(names, wanted.destination) ||
      isNamed(names, wanted.source);
    if (names.length < 2 || !isHeader) continue;
    const rows = lines.map((line) => cellsOf(line, separator));
    if (separator !== undefined || isHeaderOf(names, rows)) return { separator, header, names, rows };
  }
  return undefined;
}

/** Whether words are the header of rows. A sentence that contains a known name is not, and some rows may be damaged. */
function isHeaderOf(names: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const fitting = rows.filter((row) => row.length === names.length).length;
  return fitting * 2 > rows.length || rows.length === 0 || (fitting > 0 && countKnown(names) > 1);
}

function placeAt({ separator, names }: Table, column: number): FlowPlace {
  const place: AddressPlace = {
    field: column + 1,
    of: names.length,
    ...(separator === undefined ? {} : { separator }),
  };
  return { place, label: names[column] ?? "" };
}

/** Undefined if the text is not such a table. */
export function recognizeTable(lines: readonly string[], wanted: WantedPlaces): Recognition | undefined {
  const table = tableOf(lines, wanted);
  if (!table) return undefined;
  const { header, names, rows } = table;
  const missing = [wanted.destination, wanted.source].flatMap((place) => {
    if (place === undefined) return [];
    if ("field" in place) return place.field <= names.length ? [] : [`field ${place.field}`];
    return columnOf(names, place.key) >= 0 ? [] : [`column ${JSON.stringify(place.key)}`];
  });
  if (missing.length > 0) {
    return { ok: false, why: `${missing[0]} not found`, remedy: `name one of ${names.join(", ")}` };
  }
  const find = (place: WantedPlace | undefined) =>
    place && placeAt(table, "field" in place ? place.field - 1 : columnOf(names, place.key));
  const source = find(wanted.source);
  const asked = find(wanted.destination);
  const name = nameOf(table);
  const whole = rows.filter((row) => row.length === names.length);
  const candidates = names.map((column, i) => ({ name: column, values: whole.map((row) => row[i] ?? "") }));
  const bySourceName = chooseSource(candidates);
  const namedSource = bySourceName && placeAt(table, names.indexOf(bySourceName.name));
  if (asked) return { ok: true, format: { name, destination: asked, source, namedSource, header } };
  const chosen = chooseDestination(candidates);
  if ("name" in chosen) {
    const destination = placeAt(
      table,
      candidates.findIndex(({ name }) => name === chosen.name),
    );
    return { ok: true, format: { name, destination, source, namedSource, header } };
  }
  const choices = (chosen.length > 0 ? chosen : candidates).map((one) => one.name);
  return {
    ok: false,
    why: `it is unclear which column is the destination: ${choices.join(", ")}`,
    remedy: `name it, such as --key=${choices[0]}`,
    example: { place: { key: choices[0] ?? "" } },
  };
}

/** The kind of the table, as far as its columns show it. */
function nameOf({ separator, names }: Table): string {
  const has = (name: string) => columnOf(names, name) >= 0;
  if (has("dstaddr") && (has("interface-id") || has("account-id") || has("srcaddr"))) return "AWS VPC flow log";
  if (names.some((name) => /(^|\.)connection\.dest_ip$/.test(name))) return "GCP VPC flow log";
  if (has("DestIp") || has("DestIP_s")) return "Azure flow log";
  return separator === "," ? "CSV" : "table";
}

/** Whether a line is a header of a table in this format, not necessarily with the same columns. */
export function isHeader(line: string, { destination: { place } }: FlowFormat): boolean {
  if (typeof place === "string" || !("field" in place)) return false;
  return cellsOf(line, place.separator).some((name) => rankOf(name) !== undefined) && addressesIn(line).length === 0;
}
