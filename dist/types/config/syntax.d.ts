import { type Document } from "yaml";
import type { Span } from "./report.ts";
/** Something that keeps the text from being read. `code` is the parser's. */
export interface SyntaxProblem {
    readonly code: string;
    readonly message: string;
    readonly span: Span;
}
export interface Syntax {
    /** The first document; undefined where there is none, or where reading stopped. */
    readonly document: Document.Parsed | undefined;
    readonly problems: readonly SyntaxProblem[];
    /** Where a second document begins. It is not read. */
    readonly extra: Span | undefined;
}
/** Reads the first document of `text`. Never throws. */
export declare function readSyntax(text: string): Syntax;
