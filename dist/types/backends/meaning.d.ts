import { type FamilyPolicy, type PolicyChange } from "../policy/index.ts";
/** What a transaction starts from and leads to. */
export interface Meaning {
    /** What the rules that were found mean; undefined if no packet comes to any, or if they cannot be read. */
    readonly before: FamilyPolicy | undefined;
    /** Why that is undefined, as in `there is no chain IP-MASQ-AGENT`. */
    readonly why: string;
    /** Are there rules that cannot be read? */
    readonly isUnreadable?: boolean;
    /** What is wanted, as far as the backend can keep it. */
    readonly after: FamilyPolicy;
    /** Are the rules of `before` entries as a config has them, and not what they were cut to? */
    readonly hasEntries: boolean;
    /** What is found besides, in no entry's meaning: rules of others, a missing jump. */
    readonly others: readonly PolicyChange[];
}
/** A transaction in words. */
export interface Effects {
    /** A sentence that comes first; empty if there is none. */
    readonly lead: string;
    readonly changes: readonly PolicyChange[];
}
/**
 * What a transaction changes, for people.
 *
 * @param isReplacing are rules of another backend still in force?
 */
export declare function describeEffects(meaning: Meaning, isReplacing?: boolean): Effects;
/** One or several of something, as a line that goes or comes; none if there are none. */
export declare function counted(op: PolicyChange["op"], count: number, what: string, where: string): readonly PolicyChange[];
/** A change as a line: `~ 192.168.0.0/16 (65,536 addresses): kept → masqueraded`. */
export declare const formatPolicyChange: ({ op, text }: PolicyChange) => string;
