// What is wrong with a config: values of a small closed set, and how a person reads them.
// This module is browser-compatible.

export type Severity = "error" | "warning";

/** Every code a config can be reported with. docs/configuration.md explains each. */
export type DiagnosticCode =
  | "cidr-covered"
  | "cidr-duplicate"
  | "cidr-length-padded"
  | "cidr-mapped"
  | "cidr-syntax"
  | "cidr-unaligned"
  | "document-extra"
  | "document-type"
  | "duration-syntax"
  | "interval-too-short"
  | "ipv6-disabled"
  | "json-syntax"
  | "key-duplicate"
  | "key-unknown"
  | "limit-exceeded"
  | "not-utf8"
  | "value-null"
  | "value-type"
  | "yaml-syntax";

/** One problem: where it is, what it is, what to do. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  /** What to write instead, or what happens as it stands; may be empty. */
  readonly hint: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** How many code units it spans on its line, at least 1. */
  readonly length: number;
}

/**
 * The diagnostic as lines for a terminal: `file:line:column: severity: message [code]`, the source line with carets
 * under the problem, and the hint.
 */
export function formatDiagnostic(diagnostic: Diagnostic, text: string): string {
  const { severity, code, message, hint, file, line, column, length } = diagnostic;
  const out = [`${file}:${line}:${column}: ${severity}: ${message} [${code}]`];
  const source = text.split(/\r?\n/)[line - 1];
  if (source?.trim()) {
    const gutter = String(line).padStart(5);
    const before = source.slice(0, column - 1).replace(/[^\t]/g, " ");
    const span = Math.max(1, Math.min(length, source.length - column + 1));
    out.push(`${gutter} | ${source}`, `${" ".repeat(5)} | ${before}${"^".repeat(span)}`);
  }
  if (hint) out.push(`${" ".repeat(5)} = ${hint}`);
  return out.join("\n");
}
