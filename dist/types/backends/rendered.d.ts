import type { Family } from "../core/index.ts";
/** What the tool of one family would be given. */
export interface Rendered {
    readonly family: Family;
    /** The tool that reads it. */
    readonly command: string;
    readonly transaction: string;
}
/** The text under a comment that names its tool. */
export declare function formatRendered({ command, transaction }: Rendered): string;
