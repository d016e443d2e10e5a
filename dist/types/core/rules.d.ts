import { type Steps } from "./steps.ts";
/** A rule as a tool printed it, without `-A CHAIN `. */
export interface ScannedRule {
    readonly spec: string;
    /** Packets and bytes counted, where the dump carries counters (`iptables-save -c`), else 0. */
    readonly packets: bigint;
    readonly bytes: bigint;
    /** The bytes of `spec`, if no line of iptables-restore can be made of the text: it has a newline or is not UTF-8. */
    readonly raw?: Uint8Array;
}
/** What a dump says about one chain of table nat. */
export interface Scan {
    readonly chainExists: boolean;
    /** The chain's rules, in order. */
    readonly rules: readonly ScannedRule[];
    /** Rules of POSTROUTING that lead to it. */
    readonly jumps: readonly ScannedRule[];
    /** Rules of other chains that lead to it, whole. */
    readonly references: readonly string[];
    /** Lines that iptables does not print. */
    readonly unreadable: readonly string[];
    /** Is table nat there at all, by its `*nat` line or as `-S POSTROUTING` shows it? */
    readonly natSeen: boolean;
    /** Was every table that was begun also committed? False for a dump cut short. */
    readonly whole: boolean;
    /** Rules in all tables of the dump. */
    readonly allRules: number;
}
/** Scans what `iptables-save` (with or without -c) or `iptables -t nat -S` printed for the chain of this name. */
export declare function scanRules(dump: Uint8Array, chain: string): Scan;
/** {@link scanRules} in steps. */
export declare function scanRulesInSteps(dump: Uint8Array, chain: string): Steps<Scan>;
/** One step of an edit. Steps are carried out in order; `place` counts from 1 in the list as it is at that moment. */
export type Edit = {
    readonly op: "delete";
    readonly place: number;
    readonly line: string;
} | {
    readonly op: "insert";
    readonly place: number;
    readonly line: string;
};
/**
 * The fewest deletions and insertions that make `from` into `to`, or undefined where both are so large and so full of
 * equal lines that the search does not fit. O((n + r) log n), r counting the pairs of equal lines
 * (Hunt and Szymanski, CACM 20(5), 1977).
 *
 * @example
 * ```ts
 * diffLines(["a", "b"], ["b", "c"]);
 * // [{ op: "delete", place: 1, line: "a" }, { op: "insert", place: 2, line: "c" }]
 * ```
 */
export declare function diffLines(from: readonly string[], to: readonly string[]): Edit[] | undefined;
/** {@link diffLines} in steps. */
export declare function diffLinesInSteps(from: readonly string[], to: readonly string[]): Steps<Edit[] | undefined>;
