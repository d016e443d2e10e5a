import { type Document } from "./document.ts";
import type { Report, Span } from "./report.ts";
/** The document that a file means, and how its places become places in the file. */
export interface MeantDocument extends Document {
    readonly report: Report;
    readonly spanOf: (span: Span) => Span;
}
/** The document itself, or that in `data.config` if it is a ConfigMap; its root is missing then if there is none. */
export declare function readManifest(text: string, document: Document, report: Report): MeantDocument;
