import { type Family, type Steps } from "../../core/index.ts";
import { type Transaction } from "../transaction.ts";
import type { DesiredChain } from "./desired.ts";
import type { ObservedChain, ObservedJump } from "./observed.ts";
/** A transaction on table nat. */
export interface ChainTransaction extends Transaction {
    /** Jumps that no line of `text` can name; they are removed one by one afterwards. */
    readonly strays: readonly ObservedJump[];
}
/**
 * The smallest transaction that makes the chain and its jump as desired, or undefined where they are.
 *
 * Rules of our chain go by their number in it. Rules of POSTROUTING, which others change at any time, go by their full
 * text, so that a number gone stale can never hit somebody else's rule. A declaration (`:CHAIN`) creates a chain, and
 * empties one that is there (iptables-restore(8)): it is used for a new chain and for one of which nothing stays.
 */
export declare function diffChain(desired: DesiredChain, observed?: ObservedChain): ChainTransaction | undefined;
/** {@link diffChain} in steps. */
export declare function diffChainInSteps(desired: DesiredChain, observed?: ObservedChain): Steps<ChainTransaction | undefined>;
/**
 * The transaction that removes the chain and every jump to it, or undefined where there is neither. The chain must have
 * no {@link ObservedChain.references}: the kernel keeps a chain that a rule leads to.
 */
export declare function removeChain(family: Family, chain: string, observed: ObservedChain): ChainTransaction | undefined;
