// Diagnostics: the problems of a config, with a closed set of codes, and their text form.
// This module is browser-compatible.
import { printable, printableName } from "./printable.ts";

export type Severity = "error" | "warning";

/** The codes of all diagnostics. docs/configuration.md explains each. */
export type DiagnosticCode =
  | "address-syntax"
  | "cidr-conflict"
  | "cidr-covered"
  | "cidr-duplicate"
  | "cidr-ineffective"
  | "cidr-length-padded"
  | "cidr-mapped"
  | "cidr-syntax"
  | "cidr-unaligned"
  | "document-extra"
  | "document-type"
  | "duration-syntax"
  | "enforce-unlimited"
  | "family-mismatch"
  | "file-unreadable"
  | "interface-duplicate"
  | "interface-syntax"
  | "interval-too-short"
  | "ipv6-disabled"
  | "json-syntax"
  | "key-conflict"
  | "key-duplicate"
  | "key-missing"
  | "key-unknown"
  | "key-unsupported"
  | "limit-exceeded"
  | "manifest-without-config"
  | "not-utf8"
  | "source-family-missing"
  | "too-large"
  | "value-null"
  | "value-type"
  | "yaml-syntax";

/** One problem: its position, a message and a hint. Files other than configs have their own codes. */
export interface Diagnostic<Code extends string = DiagnosticCode> {
  readonly severity: Severity;
  readonly code: Code;
  readonly message: string;
  /** What to write instead, or what happens if it stays; may be empty. */
  readonly hint: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** How many code units it spans on its line, at least 1. */
  readonly length: number;
}

/** Diagnostics of a code that were only counted. */
export interface Omitted {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly count: number;
}

/** How many diagnostics were only counted, of one severity or of both. */
export function countOmitted(omitted: readonly Omitted[], severity?: Severity): number {
  return omitted.reduce((sum, one) => (!severity || one.severity === severity ? sum + one.count : sum), 0);
}

/** How many problems of a severity there are, including those that were only counted. */
export function countProblems(
  { diagnostics, omitted }: { readonly diagnostics: readonly Diagnostic[]; readonly omitted: readonly Omitted[] },
  severity: Severity,
): number {
  return diagnostics.filter((one) => one.severity === severity).length + countOmitted(omitted, severity);
}

/** How many diagnostics of a file are shown; the others are counted. */
export const DIAGNOSTICS_SHOWN = 100;

/** How many columns of a source line are shown. */
const WINDOW = 160;

/** How parts of a diagnostic are shown: in colours, or as they are. */
export interface DiagnosticStyle {
  /** The word `error` or `warning`, and the carets. */
  readonly severity: (text: string, severity: Severity) => string;
  /** What stands beside the source line, and the hint. */
  readonly aside: (text: string) => string;
}

const PLAIN: DiagnosticStyle = { severity: (text) => text, aside: (text) => text };

/**
 * Formats diagnostics for a terminal: `file:line:column: severity: message [code]`, the source line with carets under the
 * problem, and the hint. Shows only the first hundred of a long list, and only the relevant part of a long line. `texts` is
 * the text of the file, or of each file by name; `besides` is the number of further problems without a diagnostic.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic<string>[],
  texts: string | ReadonlyMap<string, string>,
  besides = 0,
  style = PLAIN,
): string {
  const first = diagnostics.slice(0, DIAGNOSTICS_SHOWN);
  const sources = new Map<string, ReadonlyMap<number, string>>();
  for (const file of new Set(first.map((one) => one.file))) {
    const wanted = first.filter((one) => one.file === file).map(({ line }) => line);
    sources.set(file, sourceLines(typeof texts === "string" ? texts : (texts.get(file) ?? ""), new Set(wanted)));
  }
  const shown = first.map((diagnostic) =>
    formatOne(diagnostic, sources.get(diagnostic.file)?.get(diagnostic.line) ?? "", style),
  );
  const more = diagnostics.length - shown.length + besides;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
}

/** Formats one diagnostic without its source line. */
export function formatDiagnostic({ severity, code, message, hint, file, line, column }: Diagnostic): string {
  const where = `${printableName(file)}:${line}:${column}: ${severity}: ${message} [${code}]`;
  return printable(hint ? `${where} (${hint})` : where);
}

/** The escape sequences of the texts are made visible before the style adds its own. */
function formatOne(diagnostic: Diagnostic<string>, source: string, style: DiagnosticStyle): string {
  const { severity, code, message, hint, file, line, column, length } = diagnostic;
  const word = style.severity(severity, severity);
  const out = [printable(`${printableName(file)}:${line}:${column}: `) + word + printable(`: ${message} [${code}]`)];
  if (source.trim()) {
    const from = column > WINDOW / 2 && source.length > WINDOW ? column - WINDOW / 2 : 0;
    const part = source.slice(from, from + WINDOW);
    const gutter = String(line).padStart(5);
    const before = source.slice(from, column - 1).replace(/[^\t]/g, " ");
    const span = Math.max(1, Math.min(length, part.length - before.length));
    out.push(
      style.aside(`${gutter} |`) + printable(` ${part}`),
      `${style.aside(`${" ".repeat(5)} |`)} ${before}${style.severity("^".repeat(span), severity)}`,
    );
  }
  if (hint) out.push(style.aside(printable(`${" ".repeat(5)} = ${hint}`)));
  return out.join("\n");
}

/** The lines with these numbers. Does not split the text, which may have a million lines. */
function sourceLines(text: string, wanted: ReadonlySet<number>): Map<number, string> {
  const lines = new Map<number, string>();
  for (let line = 1, start = 0; lines.size < wanted.size && start <= text.length; line++) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    if (wanted.has(line)) lines.set(line, text.slice(start, end).replace(/\r$/, ""));
    start = end + 1;
  }
  return lines;
}
