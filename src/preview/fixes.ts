// Diagnostics whose remedy is a text: what their hints name, as edits.
import type { Diagnostic } from "../config/index.ts";

/** An edit of the place that a diagnostic is about. */
export interface Fix {
  /** As a button says it. */
  readonly label: string;
  /** What stands there afterwards; undefined: the entry goes. */
  readonly text: string | undefined;
}

/** Hints of the form `write X`, and what X is. */
const WRITE: readonly RegExp[] = [
  /^write (\S+)$/,
  /^write (true|false) without quotes$/,
  /^write (\S+) to match all names that begin with it$/,
  /^did you mean (\S+)\?$/,
];
const BLOCK_OR_ADDRESS = /^write (\S+) for the block, or (\S+) for the one address$/;

/** A place that is more than one key or entry: a whole config in quotes, say. */
const MORE = /\S\s+\S|[[{]/;

/** The fixes of a diagnostic of this text; none if its hint leaves open what to write. */
export function fixesOf({ code, hint, line, column, length }: Diagnostic, text: string): readonly Fix[] {
  if (hint === "" || MORE.test(lineOf(text, line).slice(column - 1, column - 1 + length))) return [];
  const [, block, address] = BLOCK_OR_ADDRESS.exec(hint) ?? [];
  if (block !== undefined && address !== undefined) return [block, address].map(writing);
  for (const form of WRITE) {
    const [, meant] = form.exec(hint) ?? [];
    if (meant !== undefined) return [writing(meant)];
  }
  return code.startsWith("cidr-") && hint.endsWith("remove it") ? [{ label: "Remove it", text: undefined }] : [];
}

/** A line by its number, from 1. */
function lineOf(text: string, line: number): string {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf("\n", start) + 1;
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? text.length : end);
}

const writing = (text: string): Fix => ({ label: `Write ${text}`, text });

/** The text with a fix applied. */
export function applyFix(text: string, { line, column, length }: Diagnostic, fix: Fix): string {
  const lines = text.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  const end = start + length;
  if (fix.text === undefined) return withoutEntry(text, start, end);
  return text.slice(0, start) + quoted(fix.text, text[start]) + text.slice(end);
}

/** In the quotes of what stood there; words of YAML lose them. */
function quoted(text: string, first = ""): string {
  const isQuoted = (first === '"' || first === "'") && !/^(true|false)$/.test(text);
  // An asterisk at the beginning would be an alias, a colon a key.
  if (isQuoted) return first + text + first;
  return /^[*:]/.test(text) ? `"${text}"` : text;
}

/** Without an entry of a list: with its line if it has one to itself, else with its comma. */
function withoutEntry(text: string, start: number, end: number): string {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", end);
  const lineEnd = newline < 0 ? text.length : newline + 1;
  if (/^\s*-\s+$/.test(text.slice(lineStart, start)) && /^\s*(#.*)?$/.test(text.slice(end, lineEnd).trimEnd())) {
    return text.slice(0, lineStart) + text.slice(lineEnd);
  }
  const after = /^\s*,\s*/.exec(text.slice(end))?.[0];
  if (after !== undefined) return text.slice(0, start) + text.slice(end + after.length);
  const before = /,\s*$/.exec(text.slice(0, start))?.[0] ?? "";
  return text.slice(0, start - before.length) + text.slice(end);
}
