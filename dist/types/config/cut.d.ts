import type { Span } from "./report.ts";
/** An entry of a YAML or JSON list, and what becomes of it. */
export interface ListItem {
    readonly span: Span;
    /** undefined: it stays; a text stands in its place; null: it goes, and a comment behind it on its line. */
    readonly becomes: string | undefined | null;
}
/** The text with all that done. Commas and line breaks that were there for an entry go with it. */
export declare function editList(text: string, items: readonly ListItem[]): string;
