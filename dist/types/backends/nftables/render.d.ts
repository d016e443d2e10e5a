import type { Family } from "../../core/index.ts";
import type { FamilyPolicy } from "../../policy/index.ts";
/** What `nft -f` of one family would be given. */
export interface Rendered {
    readonly family: Family;
    /** The tool that reads it. */
    readonly command: string;
    readonly transaction: string;
}
/** Renders each family's policy into a table of this name. */
export declare function render(policy: readonly FamilyPolicy[], table: string): readonly Rendered[];
/** The text under a comment that names its tool. */
export declare function formatRendered({ command, transaction }: Rendered): string;
