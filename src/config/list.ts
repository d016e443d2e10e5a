// A plain list of prefixes instead of a config: which of the two a text is, and what is wrong with a list.
// This module is browser-compatible.
import { type PrefixList, parseAddresses, parsePrefixes, readPrefixList } from "../core/index.ts";
import { findProblem } from "./cidr.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { MAX_ENTRY } from "./limits.ts";
import type { ConfigOptions } from "./model.ts";
import { createReporter, type Span } from "./report.ts";

/** A list, or what is wrong with it. */
export interface ParsedList {
  /** There exactly when nothing is wrong with any of its entries. */
  readonly list: PrefixList | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** How many entries are wrong besides those that the diagnostics are about. */
  readonly more: number;
  /** The text that the diagnostics are about. */
  text(): string;
}

/**
 * Is this a plain list, one prefix a line, and not a config? Its first line with something on it tells: a config begins
 * with a bracket, a mark of YAML or a key, which a colon ends; the colons of an IPv6 prefix have something behind them.
 * A text without such a line is a config: one that leaves all as it is.
 */
export function isPlainList(text: Uint8Array): boolean {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf(0x0a, at);
    const end = newline < 0 ? text.length : newline;
    const line = decode(text.subarray(at, end)).replace(/#.*/, "").trim();
    if (line !== "") return !/^[[{\-%?!&*"']|[^:]:(\s|$)/.test(line);
    at = end + 1;
  }
  return false;
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/**
 * Reads a plain list. An address alone stands for the block of that one; what a config may not have, such as an unaligned
 * prefix, a list may not have either. Of what is wrong the first `most` are diagnosed and the others counted: each costs
 * far more than a good entry, and a file that is no list at all is wrong in every line.
 */
export function parseList(
  source: Uint8Array,
  { file, ipv6, most = Number.POSITIVE_INFINITY }: Pick<ConfigOptions, "file" | "ipv6"> & { readonly most?: number },
): ParsedList {
  const hasMark = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf;
  const bytes = hasMark ? source.subarray(3) : source;
  const list = readPrefixList(bytes);
  const unwanted = ipv6 || !list.hasIPv6 ? [] : list.ipv6Lines();
  const lines = [...new Set([...list.flawed, ...unwanted])].sort((a, b) => a - b);
  if (lines.length === 0) return { list, diagnostics: [], more: 0, text: () => decode(bytes) };
  const text = decode(bytes);
  const { report, diagnostics } = createReporter(file, text, Number.POSITIVE_INFINITY);
  const shown = lines.slice(0, most);
  for (const entry of entriesOn(shown, text)) {
    const { read } = entry.text.includes("/") ? parsePrefixes([entry.text]) : parseAddresses([entry.text]);
    const problem = read[0] && findProblem(entry.text, read[0], ipv6);
    if (problem) report("error", problem.code, entry.span, problem.words);
  }
  return { list: undefined, diagnostics: diagnostics(), more: lines.length - shown.length, text: () => text };
}

/** An entry as it stands in the list. */
interface Entry {
  readonly text: string;
  readonly span: Span;
}

/** The entries on these lines, as the core reads them: without comment and white space. */
function entriesOn(lines: readonly number[], text: string): Entry[] {
  const entries: Entry[] = [];
  let start = 0;
  let line = 1;
  for (const wanted of lines) {
    for (; line < wanted; line++) start = text.indexOf("\n", start) + 1;
    let from = start;
    while (isBlank(text, from)) from++;
    let end = from;
    while (end < text.length && text[end] !== "\n" && text[end] !== "#") end++;
    while (end > from && isBlank(text, end - 1)) end--;
    entries.push({ text: text.slice(from, Math.min(end, from + MAX_ENTRY)), span: { start: from, end } });
  }
  return entries;
}

const isBlank = (text: string, at: number) => text[at] === " " || text[at] === "\t" || text[at] === "\r";
