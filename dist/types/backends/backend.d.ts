import type { Family } from "../core/index.ts";
import type { FamilyPolicy, Verdict } from "../policy/index.ts";
import type { Past } from "./drift.ts";
import type { Transaction } from "./transaction.ts";
/** Table nat sees the first packet of a connection only: packets are connections. */
export interface EntryCounter {
    /** The rule's CIDR; of what no rule decides, the whole family's: `0.0.0.0/0` or `::/0`. */
    readonly cidr: string;
    readonly verdict: Verdict;
    readonly connections: bigint;
}
/** A rule as it is, with its counters if the backend has any. */
export interface InspectedRule {
    /** `-A CHAIN …`, what `nft` takes after `add`, or the CIDR that a CNI config excepts. */
    readonly rule: string;
    readonly packets?: bigint;
    readonly bytes?: bigint;
}
/** An entry that is in force, with how many connections it has decided about if the backend counts them. */
export type InspectedEntry = Omit<EntryCounter, "connections"> & Partial<Pick<EntryCounter, "connections">>;
/** What the node has of one family, and what a sync would write; `transaction` is undefined if that is nothing. */
export interface Inspection {
    /** Is there a chain, a table, or a policy in the CNI config? */
    readonly exists: boolean;
    /** The entries of the policy that are there; the last is that of what no entry contains. */
    readonly entries: readonly InspectedEntry[];
    readonly rules: readonly InspectedRule[];
    /** The same as the backend's tools print it. */
    readonly text: string;
    /** The same as data, in the backend's own terms. */
    readonly facts: object;
    readonly transaction: Transaction | undefined;
}
/** Removes what a backend keeps. */
export interface Cleaner {
    /** For people: `iptables-nft`, `iptables-legacy`, `nftables`, `windows-cni`. */
    readonly name: string;
    /** Returns what {@link Cleaner.cleanup} would write; undefined if there is nothing to remove. Writes nothing. */
    planCleanup(family: Family, chain: string): Promise<Transaction | undefined>;
    /** Removes the chain and the jumps to it, or the table; returns what was written, undefined if there was nothing. */
    cleanup(family: Family, chain: string): Promise<Transaction | undefined>;
    /** What a clean-up did, for people; in one line. */
    describeCleanup(chain: string, written: Transaction | undefined): string;
    /** Does this error of a clean-up say that the family cannot even be read, as on a node without IPv6? */
    isUnreadable(error: unknown): boolean;
}
/** A change of nftables rules, as the kernel reports it. */
export interface RuleEvent {
    readonly op: "add" | "delete";
    /** `rule`, `element`, `chain`, `table`, … */
    readonly object: string;
    /** nft's name of the family: `ip`, `ip6`, `inet`, … */
    readonly family: string;
    readonly table: string;
    /** The chain or set; empty for a table. */
    readonly name: string;
    /** All of it, as `nft monitor` prints it. */
    readonly text: string;
}
/** How changes of a backend's rules appear in the kernel's reports. */
export interface RuleTrace {
    /** The table that holds the rules. */
    readonly table: string;
    /** The program that commits the backend's own transactions. */
    readonly writer: string;
    /** Can this change have touched the rules of a policy? */
    concerns(event: RuleEvent, policy: FamilyPolicy): boolean;
}
/** Reads and writes the rules of one family at a time. */
export interface Backend extends Cleaner {
    /** What it keeps, for people. */
    readonly unit: "rules" | "rules and elements" | "exceptions";
    /** Where it keeps that, for people; in one line. */
    place(policy: FamilyPolicy): string;
    /** How many of its unit a policy wants. */
    count(policy: FamilyPolicy): Promise<number>;
    /** What was written to carry out a policy, for the log; in one line. */
    describe(policy: FamilyPolicy, written: Transaction): string;
    /** How changes of its rules are recognized; undefined if the kernel reports none, as in the legacy variant. */
    readonly trace?: RuleTrace;
    /** Why the node cannot hold the rules of a policy, found out by a check that writes nothing; undefined if it can. */
    obstacle?(policy: FamilyPolicy): Promise<string | undefined>;
    /** Returns what a sync would write; undefined if the rules are up to date. Writes nothing. */
    plan(policy: FamilyPolicy): Promise<Transaction | undefined>;
    /** Returns the rules with their counters, and what {@link Backend.plan} returns. Writes nothing. */
    inspect(policy: FamilyPolicy): Promise<Inspection>;
    /** Applies the rules and verifies them; returns what was written, undefined if nothing was. */
    sync(policy: FamilyPolicy, past?: Past<FamilyPolicy>): Promise<Transaction | undefined>;
    /** Returns how many connections each entry has decided about. Writes nothing. */
    counters(policy: FamilyPolicy): Promise<readonly EntryCounter[]>;
}
