import type { Family } from "../core/index.ts";
import type { ObservedJump } from "./iptables/observed.ts";
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
    /** Jumps that no line of `text` can name; they are removed one by one afterwards. */
    readonly strays: readonly ObservedJump[];
    /** The chain's declaration, its rules and the jump, as they are and as they will be; the policy and its CIDRs likewise. */
    readonly changes: readonly Change[];
    /** How many rules (the jump is one, so is each CIDR) are added, removed and kept. */
    readonly counts: {
        readonly added: number;
        readonly removed: number;
        readonly kept: number;
    };
}
/** What several transactions did, one after the other; undefined where there were none. */
export declare function joinTransactions(done: readonly Transaction[]): Transaction | undefined;
