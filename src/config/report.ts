// Collects diagnostics: turns spans of a text into lines and columns, keeps some and counts the rest.
// This module is browser-compatible.
import { LineCounter } from "yaml";
import type { Diagnostic, DiagnosticCode, Omitted, Severity } from "./diagnostic.ts";
import { excerpt, MAX_KEPT } from "./limits.ts";

/** A span of the text, as offsets in UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is wrong, and what to do. */
export interface Words {
  readonly message: string;
  readonly hint?: string;
}

/** Makes a diagnostic about a span. `words` is a function where they cost something: it is called for those that are kept. */
export type Report = (
  severity: Severity,
  code: DiagnosticCode,
  span: Span,
  words: string | (() => Words),
  hint?: string,
) => void;

/** Turns a span's start into a line and a column, both from 1. O(log n). */
export type Locate = (span: Span) => { readonly line: number; readonly column: number };

export interface Reporter {
  readonly report: Report;
  readonly locate: Locate;
  /** Those that were kept, in the order of their places. */
  diagnostics(): Diagnostic[];
  /** Those that were only counted. */
  omitted(): Omitted[];
  hasErrors(): boolean;
}

/** Reports about `text`; of each code the first `most` are kept. */
export function createReporter(file: string, text: string, most = MAX_KEPT): Reporter {
  const lines = new LineCounter();
  const kept: Diagnostic[] = [];
  const counts = new Map<DiagnosticCode, { severity: Severity; count: number }>();
  const told = new Set<number>();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  const locate: Locate = ({ start }) => {
    const { line, col } = lines.linePos(Math.min(start, text.length));
    return { line, column: col };
  };
  const report: Report = (severity, code, span, words, hint = "") => {
    // One value, one error: the first says why, what follows from it says nothing new.
    if (severity === "error" && told.has(span.start)) return;
    if (severity === "error") told.add(span.start);
    const counted = counts.get(code) ?? { severity, count: 0 };
    counts.set(code, counted);
    if (++counted.count > most) return;
    const place = locate(span);
    const lineEnd = (lines.lineStarts[place.line] ?? text.length + 1) - 1;
    const length = Math.max(1, Math.min(span.end, lineEnd) - span.start);
    const said: Words = typeof words === "string" ? { message: words, hint } : words();
    kept.push({ severity, code, message: clip(said.message), hint: clip(said.hint ?? ""), file, ...place, length });
  };
  return {
    report,
    locate,
    diagnostics: () => kept.sort((a, b) => a.line - b.line || a.column - b.column),
    omitted: () =>
      [...counts].flatMap(([code, { severity, count }]) =>
        count > most ? [{ severity, code, count: count - most }] : [],
      ),
    hasErrors: () => [...counts.values()].some(({ severity }) => severity === "error"),
  };
}

/** Messages repeat {@link excerpt}s of values, several at most; only those of the parser can be any longer. */
function clip(text: string): string {
  return text.length > 1_000 ? excerpt(text) : text;
}
