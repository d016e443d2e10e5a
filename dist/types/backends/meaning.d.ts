import { type FamilyPolicy, type PolicyChange } from "../policy/index.ts";
/** What a transaction starts from and leads to. */
export interface Meaning {
    /** What the rules that were found mean; undefined if no packet comes to any. */
    readonly before: FamilyPolicy | undefined;
    /** Why none comes, as in `there is no chain IP-MASQ-AGENT`. */
    readonly absent: string;
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
/** What a transaction changes, for people. */
export declare function describeEffects({ before, absent, after, hasEntries, others }: Meaning): Effects;
/** One or several of something, as a line that goes or comes; none if there are none. */
export declare function counted(op: PolicyChange["op"], count: number, what: string, where: string): readonly PolicyChange[];
/** A change as a line: `~ 192.168.0.0/16 (65,536 addresses): kept → masqueraded`. */
export declare const formatPolicyChange: ({ op, text }: PolicyChange) => string;
