// Plain lists of prefixes, which can replace a config: recognizes and parses them.
// This module is browser-compatible.
import { type PrefixList, parseAddresses, parsePrefixes, readPrefixList } from "../core/index.ts";
import { findProblem } from "./cidr.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { MAX_ENTRY } from "./limits.ts";
import type { ConfigOptions } from "./model.ts";
import { createReporter, type Span } from "./report.ts";

/** The result of parsing a list. */
export interface ParsedList {
  /** Undefined if and only if an entry is bad. */
  readonly list: PrefixList | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** How many further entries are bad. */
  readonly more: number;
  /** The text that the diagnostics refer to. */
  text(): string;
}

/**
 * Whether this is a plain list, one prefix per line, and not a config. The first non-empty line decides: a config begins
 * with a bracket, a YAML indicator, or a key, which ends with a colon; the colons of an IPv6 prefix are followed by
 * something. An empty text is a config, in which all defaults apply.
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
 * Parses a plain list. A bare address is a block of one address; entries that are invalid in a config, such as an unaligned
 * prefix, are invalid in a list too. Only the first `most` bad entries get a diagnostic and the others are counted: a
 * diagnostic costs much more than a good entry, and in a file that is not a list every line is bad.
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
    if (problem) report("error", problem.code, entry.span, problem.wording);
  }
  return { list: undefined, diagnostics: diagnostics(), more: lines.length - shown.length, text: () => text };
}

/** An entry of the list, unparsed. */
interface Entry {
  readonly text: string;
  readonly span: Span;
}

/** The entries on these lines, without comments and white space, as the core reads them. */
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
