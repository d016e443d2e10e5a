// A plain list of prefixes instead of a config: which of the two a text is, and what is wrong with a list.
// This module is browser-compatible.
import { type PrefixList, parseAddresses, parsePrefixes, readPrefixList } from "../core/index.ts";
import { findProblem, type RawCidr } from "./cidr.ts";
import type { ConfigOptions } from "./config.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { reporter } from "./document.ts";

/** A list, or what is wrong with it. */
export interface ParsedList {
  /** There exactly when nothing is wrong with any of its entries. */
  readonly list: PrefixList | undefined;
  readonly diagnostics: readonly Diagnostic[];
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
 * prefix, a list may not have either.
 */
export function parseList(source: Uint8Array, { file, ipv6 }: Pick<ConfigOptions, "file" | "ipv6">): ParsedList {
  const hasMark = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf;
  const bytes = hasMark ? source.subarray(3) : source;
  const list = readPrefixList(bytes);
  const unwanted = ipv6 || !list.hasIPv6 ? [] : list.ipv6Lines();
  const lines = [...new Set([...list.flawed, ...unwanted])].sort((a, b) => a - b);
  if (lines.length === 0) return { list, diagnostics: [], text: () => decode(bytes) };
  const text = decode(bytes);
  const diagnostics: Diagnostic[] = [];
  const { report } = reporter(file, text, diagnostics);
  for (const entry of entriesOn(lines, text)) {
    const { read } = entry.text.includes("/") ? parsePrefixes([entry.text]) : parseAddresses([entry.text]);
    const problem = read[0] && findProblem(entry.text, read[0], ipv6);
    if (problem) report("error", problem.code, entry.span, problem.message, problem.hint);
  }
  return { list: undefined, diagnostics, text: () => text };
}

/** The entries on these lines, as the core reads them: without comment and white space. */
function entriesOn(lines: readonly number[], text: string): RawCidr[] {
  const entries: RawCidr[] = [];
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
