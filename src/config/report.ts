// Collects diagnostics: converts spans of a text to lines and columns, keeps some diagnostics and counts the rest.
// This module is browser-compatible.
import { LineCounter } from "yaml";
import type { Diagnostic, DiagnosticCode, Omitted, Severity } from "./diagnostic.ts";
import { excerpt, MAX_KEPT } from "./limits.ts";

/** A span of the text, as offsets in UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text of a diagnostic. */
export interface Wording {
  readonly message: string;
  readonly hint?: string;
}

/** Reports a diagnostic about a span. An expensive `wording` is a function, called only for diagnostics that are kept. */
export type Report = (
  severity: Severity,
  code: DiagnosticCode,
  span: Span,
  wording: string | (() => Wording),
  hint?: string,
) => void;

/** Converts the start of a span to a line and a column, both from 1, in O(log n). */
export type Locate = (span: Span) => { readonly line: number; readonly column: number };

export interface Reporter {
  readonly report: Report;
  readonly locate: Locate;
  /** The diagnostics that were kept, by position. */
  diagnostics(): Diagnostic[];
  /** The diagnostics that were only counted. */
  omitted(): Omitted[];
  hasErrors(): boolean;
}

/** Creates a reporter for `text` that keeps the first `maxKept` diagnostics of each code. */
export function createReporter(file: string, text: string, maxKept = MAX_KEPT): Reporter {
  const lines = new LineCounter();
  const kept: Diagnostic[] = [];
  const counts = new Map<DiagnosticCode, { severity: Severity; count: number }>();
  const reported = new Set<number>();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  const locate: Locate = ({ start }) => {
    const { line, col } = lines.linePos(Math.min(start, text.length));
    return { line, column: col };
  };
  const report: Report = (severity, code, span, wording, hint = "") => {
    // One error per value: further ones are consequences of the first.
    if (severity === "error" && reported.has(span.start)) return;
    if (severity === "error") reported.add(span.start);
    const counted = counts.get(code) ?? { severity, count: 0 };
    counts.set(code, counted);
    if (++counted.count > maxKept) return;
    const place = locate(span);
    const lineEnd = (lines.lineStarts[place.line] ?? text.length + 1) - 1;
    const length = Math.max(1, Math.min(span.end, lineEnd) - span.start);
    const { message, hint: shownHint = "" }: Wording =
      typeof wording === "string" ? { message: wording, hint } : wording();
    kept.push({ severity, code, message: clip(message), hint: clip(shownHint), file, ...place, length });
  };
  return {
    report,
    locate,
    diagnostics: () => kept.sort((a, b) => a.line - b.line || a.column - b.column),
    omitted: () =>
      [...counts].flatMap(([code, { severity, count }]) =>
        count > maxKept ? [{ severity, code, count: count - maxKept }] : [],
      ),
    hasErrors: () => [...counts.values()].some(({ severity }) => severity === "error"),
  };
}

/** Truncates long messages. Ours have only {@link excerpt}s of values; the parser's can be of any length. */
function clip(text: string): string {
  return text.length > 1_000 ? excerpt(text) : text;
}
