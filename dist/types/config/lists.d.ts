import { type Prefix } from "../core/index.ts";
import type { RawCidr } from "./cidr.ts";
/** A good entry, and what happens to packets to it. */
export interface ListedCidr {
    readonly raw: RawCidr;
    readonly prefix: Prefix;
    /** Equal texts for equal verdicts: `kept`, `masqueraded`, `translated to 203.0.113.5`. */
    readonly verdict: string;
}
/** A range that is kept although no list names it. */
export declare const KEPT = "kept";
export declare const MASQUERADED = "masqueraded";
/** How a message about `entry` names the place of `other`. */
export declare function placeOf(other: Pick<RawCidr, "file" | "line">, entry: Pick<RawCidr, "file">): string;
/**
 * Reports an entry that is named twice with different verdicts as an error, and one that changes nothing as a warning.
 *
 * @param implied ranges that are kept without being named
 */
export declare function checkDecisions(entries: readonly ListedCidr[], implied: readonly Prefix[]): void;
/** Reports an entry of a list without verdicts that lies inside another one of it, as a warning. */
export declare function checkCovered(entries: readonly {
    readonly raw: RawCidr;
    readonly prefix: Prefix;
}[]): void;
