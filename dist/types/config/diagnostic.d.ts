export type Severity = "error" | "warning";
/** Every code a config can be reported with. docs/configuration.md explains each. */
export type DiagnosticCode = "address-syntax" | "cidr-conflict" | "cidr-covered" | "cidr-duplicate" | "cidr-ineffective" | "cidr-length-padded" | "cidr-mapped" | "cidr-syntax" | "cidr-unaligned" | "document-extra" | "document-type" | "duration-syntax" | "enforce-unlimited" | "family-mismatch" | "file-unreadable" | "interface-duplicate" | "interface-syntax" | "interval-too-short" | "ipv6-disabled" | "json-syntax" | "key-conflict" | "key-duplicate" | "key-missing" | "key-unknown" | "key-unsupported" | "limit-exceeded" | "manifest-without-config" | "not-utf8" | "source-family-missing" | "too-large" | "value-null" | "value-type" | "yaml-syntax";
/** One problem: where it is, what it is, what to do. Other files than a config have codes of their own. */
export interface Diagnostic<Code extends string = DiagnosticCode> {
    readonly severity: Severity;
    readonly code: Code;
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
/** Diagnostics of a code that were counted and not kept. */
export interface Omitted {
    readonly severity: Severity;
    readonly code: DiagnosticCode;
    readonly count: number;
}
/** How many diagnostics were not kept, of one severity or of both. */
export declare function countOmitted(omitted: readonly Omitted[], severity?: Severity): number;
/** How many problems of a severity there are, kept or not. */
export declare function countProblems({ diagnostics, omitted }: {
    readonly diagnostics: readonly Diagnostic[];
    readonly omitted: readonly Omitted[];
}, severity: Severity): number;
/** Diagnostics that are shown of one file; the others are counted. */
export declare const SHOWN = 100;
/**
 * Diagnostics as lines for a terminal: `file:line:column: severity: message [code]`, the source line with carets under
 * the problem, and the hint. Of a very long list the first hundred are shown, of a very long line the part that matters.
 * `texts` is that of the file, or that of each by name; `besides` is how many problems there are that have no diagnostic.
 */
export declare function formatDiagnostics(diagnostics: readonly Diagnostic<string>[], texts: string | ReadonlyMap<string, string>, besides?: number): string;
/** One diagnostic without its source line. */
export declare function formatDiagnostic({ severity, code, message, hint, file, line, column }: Diagnostic): string;
