// A plain list of prefixes instead of a config: which of the two a text is, and what is wrong with a list.
// This module is browser-compatible.
import { type PrefixList, readPrefixList } from "../core/index.ts";
import { checkCidrs } from "./cidr.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { reporter } from "./document.ts";

/**
 * Is this a plain list, one prefix a line, and not a config? Its first line with something on it tells: a config begins
 * with a bracket, a mark of YAML or a key, which a colon ends; the colons of an IPv6 prefix have something behind them.
 */
export function isPlainList(text: Uint8Array): boolean {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf(0x0a, at);
    const end = newline < 0 ? text.length : newline;
    const line = decode(text.subarray(at, end)).replace(/#.*/, "").trim();
    if (line !== "") return !/^[[{\-%?!&*"']|[^:]:(\s|$)/.test(line);
    at = end + 1;
  }
  return true;
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Reads a plain list. `list` is there exactly when nothing is wrong with any of its entries. */
export function parseList(
  source: Uint8Array,
  file: string,
): { list: PrefixList | undefined; diagnostics: readonly Diagnostic[]; text: () => string } {
  const hasMark = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf;
  const bytes = hasMark ? source.subarray(3) : source;
  const list = readPrefixList(bytes);
  if (list.flawed.length === 0) return { list, diagnostics: [], text: () => decode(bytes) };
  const text = decode(bytes);
  const diagnostics: Diagnostic[] = [];
  checkCidrs(entriesOn(list.flawed, text), true, reporter(file, text, diagnostics).report);
  return { list: undefined, diagnostics, text: () => text };
}

/** The entries on these lines, as the core reads them: without comment and white space. */
function entriesOn(lines: readonly number[], text: string) {
  const entries = [];
  let start = 0;
  let line = 1;
  for (const wanted of lines) {
    for (; line < wanted; line++) start = text.indexOf("\n", start) + 1;
    const [, blank = "", entry = ""] = /^([ \t\r]*)([^#\n]*)/.exec(text.slice(start, start + MAX_LINE)) ?? [];
    const content = entry.replace(/[ \t\r]+$/, "");
    const from = start + blank.length;
    entries.push({ text: content, span: { start: from, end: from + content.length }, line });
  }
  return entries;
}

/** Characters of a line that are looked at. */
const MAX_LINE = 10_000;
