import type { Diagnostic, DiagnosticCode, Severity } from "./diagnostic.ts";
import { type Value } from "./scalar.ts";
/** A span of the text, as offsets in UTF-16 code units. */
export interface Span {
    readonly start: number;
    readonly end: number;
}
/** A value of the document and where it stands. */
export type Node = {
    readonly kind: "scalar";
    readonly value: Value;
    readonly source: string;
    readonly span: Span;
} | {
    readonly kind: "list";
    readonly items: readonly Node[];
    readonly span: Span;
} | {
    readonly kind: "map";
    readonly entries: readonly Entry[];
    readonly span: Span;
};
export interface Entry {
    readonly key: string;
    readonly keySpan: Span;
    readonly value: Node;
}
/** Makes a diagnostic about a span. */
export type Report = (severity: Severity, code: DiagnosticCode, span: Span, message: string, hint?: string) => void;
export interface Document {
    /** The first document's root; undefined where the file holds none. */
    readonly root: Node | undefined;
    readonly isJson: boolean;
}
/** Turns a span's start into a line and a column, both from 1. O(log n). */
export type Locate = (span: Span) => {
    readonly line: number;
    readonly column: number;
};
/** What turns spans of `text` into places, and reports what is wrong there `into` a list. */
export declare function reporter(file: string, text: string, into: Diagnostic[]): {
    report: Report;
    locate: Locate;
};
/**
 * Reads the first document of `text`, which must not begin with a byte order mark. A text whose first character is `{`
 * is JSON, in which `#` comments and trailing commas are tolerated; anything else is YAML 1.1. Problems of syntax go to `report`.
 */
export declare function readDocument(text: string, report: Report): Document;
