import { type Family } from "../core/index.ts";
import type { DesiredChain } from "./desired.ts";
import type { ObservedChain } from "./observed.ts";
/** One line of a change, for people: kept, added or removed. */
export interface Change {
    readonly op: "keep" | "add" | "remove";
    /** The rule as `iptables-save` prints it, `-A CHAIN …`; a CIDR of a CNI config's list. */
    readonly line: string;
}
/** A change as a line of a diff: `+` added, `-` removed, two spaces kept. */
export declare function formatChange({ op, line }: Change): string;
/** What is written: all of it, or nothing. */
export interface Transaction {
    readonly family: Family;
    /** One `iptables-restore --noflush` input, or a whole CNI config file. */
    readonly text: string;
    /** The chain's declaration, its rules and the jump, as they are and as they will be; the policy and its CIDRs likewise. */
    readonly changes: readonly Change[];
    /** How many rules (the jump is one, so is each CIDR) are added, removed and kept. */
    readonly counts: {
        readonly added: number;
        readonly removed: number;
        readonly kept: number;
    };
}
/**
 * The smallest transaction that makes the chain and its jump as desired, or undefined where they are.
 *
 * Rules of our chain go by their number in it. Rules of POSTROUTING, which others change at any time, go by their full
 * text, so that a number gone stale can never hit somebody else's rule. A declaration (`:CHAIN`) creates a chain, and
 * empties one that is there (iptables-restore(8)): it is used for a new chain and for one of which nothing stays.
 */
export declare function diffChain(desired: DesiredChain, observed?: ObservedChain): Transaction | undefined;
/**
 * The transaction that removes the chain and every jump to it, or undefined where there is neither. The chain must have
 * no {@link ObservedChain.references}: the kernel keeps a chain that a rule leads to.
 */
export declare function removeChain(family: Family, chain: string, observed: ObservedChain): Transaction | undefined;
/** What several transactions did, one after the other; undefined where there were none. */
export declare function joinTransactions(done: readonly Transaction[]): Transaction | undefined;
