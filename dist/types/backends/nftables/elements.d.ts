import { type Prefix, type Steps } from "../../core/index.ts";
import { type FamilyPolicy, type Verdict } from "../../policy/index.ts";
import type { Element } from "./table.ts";
/** An interval of destinations, and the index of the policy's rule that decides about it. */
export interface OwnedElement extends Element {
    readonly owner: number;
}
/**
 * The segments of the address space that become elements, in the order of addresses. A prefix with others inside it has
 * several.
 *
 * @param verdictText the verdict of an element, empty for that of a set; undefined: the segment has none
 */
export declare function elementsOf(policy: FamilyPolicy, verdictText: (verdict: Verdict, isFallback: boolean) => string | undefined): Steps<readonly OwnedElement[]>;
/** The fewest intervals that hold the same addresses as the prefixes. */
export declare function intervalsOf(prefixes: readonly Prefix[]): readonly Element[];
