import type { AddressRange } from "../core/index.ts";
import type { RawCidr } from "./cidr.ts";
import type { Node } from "./document.ts";
import { type TextNode } from "./fields.ts";
import type { Report } from "./report.ts";
/** An entry as it stands in its file, as far as its values have the right type. */
export interface RawSnat {
    readonly destinations: readonly RawCidr[];
    /** Undefined if it cannot be read. */
    readonly to: {
        readonly range: AddressRange;
        readonly raw: RawCidr;
    } | undefined;
}
/** Where an entry is read from. */
export interface SnatContext {
    readonly ipv6: boolean;
    readonly report: Report;
    /** A text of a list with its place. */
    readonly entryOf: (node: TextNode) => RawCidr;
}
/** Reads an entry. What is wrong with it is reported. */
export declare function readSnat(node: Node, context: SnatContext): RawSnat;
