import type { Family } from "../core/index.ts";
import type { Meaning } from "./meaning.ts";
/** What a line of a change is about. A `chain` or `policy` holds the others: it is shown, but not counted. */
export type ChangeKind = "chain" | "rule" | "jump" | "element" | "policy" | "exception";
/** One line of a change, for people: kept, added or removed. */
export interface Change {
    readonly op: "keep" | "add" | "remove";
    readonly kind: ChangeKind;
    /** The rule as `iptables-save` prints it, `-A CHAIN …`; what `nft` takes after `add`; a CIDR of a CNI config's list. */
    readonly line: string;
}
/** How many rules or exceptions are added, removed and kept. */
export interface Counts {
    readonly added: number;
    readonly removed: number;
    readonly kept: number;
}
/** What is written: all of it, or nothing. */
export interface Transaction {
    readonly family: Family;
    /** One input of `iptables-restore --noflush` or of `nft -f`, or a whole CNI config file. */
    readonly text: string;
    /** The chain's declaration, its rules and the jump, as they are and as they will be; the policy and its CIDRs likewise. */
    readonly changes: readonly Change[];
    readonly counts: Counts;
    /** What it starts from and leads to, worked out when it is asked for; of one that removes a backend's rules there is none. */
    readonly meaning?: () => Meaning;
}
/** A change as a line of a diff: `+` added, `-` removed, two spaces kept. */
export declare function formatChange({ op, line }: Pick<Change, "op" | "line">): string;
/** Counts the changes, except for those of what holds the others. */
export declare function countsOf(changes: readonly Change[]): Counts;
/** What several transactions did, one after the other; undefined if there are none. */
export declare function joinTransactions(done: readonly Transaction[]): Transaction | undefined;
