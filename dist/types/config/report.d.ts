import type { Diagnostic, DiagnosticCode, Omitted, Severity } from "./diagnostic.ts";
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
export type Report = (severity: Severity, code: DiagnosticCode, span: Span, words: string | (() => Words), hint?: string) => void;
/** Turns a span's start into a line and a column, both from 1. O(log n). */
export type Locate = (span: Span) => {
    readonly line: number;
    readonly column: number;
};
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
export declare function createReporter(file: string, text: string, most?: number): Reporter;
