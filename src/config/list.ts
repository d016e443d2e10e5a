// A plain list of CIDRs in place of a config: one on each line, any number of them.
// This module is browser-compatible.
import { type PrefixList, parseAddresses, parsePrefixes, parsePrefixList, readRecords } from "../core/index.ts";
import { findProblem } from "./cidr.ts";
import type { ConfigOptions } from "./config.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** `list` is there exactly when there are no diagnostics. */
export interface ParsedList {
  readonly list: PrefixList | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** What stands in a line of a list: white space and what follows a `#` do not count. */
const wordsOf = (line: string) => line.replace(/#.*$/s, "").trim();

/**
 * Reads a list; an address alone stands for the block of that one. What a config may not have, such as an unaligned
 * prefix, a list may not have either.
 */
export function parseList(bytes: Uint8Array, { file, ipv6 }: Pick<ConfigOptions, "file" | "ipv6">): ParsedList {
  const list = parsePrefixList(bytes);
  if (list.doubtful === 0 && (ipv6 || !list.hasIPv6)) return { list, diagnostics: [] };
  const source = new TextDecoder().decode(bytes).split("\n");
  const diagnostics = readRecords(list.records).flatMap((read, i): Diagnostic[] => {
    const line = list.lines[i] ?? 0;
    const text = wordsOf(source[line - 1] ?? "");
    const problem = findProblem(text, read, ipv6);
    const column = (source[line - 1] ?? "").indexOf(text) + 1;
    return problem ? [{ severity: "error", ...problem, file, line, column, length: text.length || 1 }] : [];
  });
  return { list: undefined, diagnostics };
}

/** Is a text a plain list, and no config? Its first line that is not empty tells. */
export function isList(bytes: Uint8Array): boolean {
  const first = new TextDecoder()
    .decode(bytes.subarray(0, 1 << 16))
    .split("\n")
    .map(wordsOf)
    .find((words) => words !== "");
  return first !== undefined && [parsePrefixes([first]), parseAddresses([first])].some(({ read: [one] }) => one?.ok);
}
