// The interface of a backend, which applies a policy to the node.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import type { FamilyPolicy, Verdict } from "../policy/index.ts";
import type { Past } from "./drift.ts";
import type { Transaction } from "./transaction.ts";

/** The counter of an entry. Table nat sees only the first packet of a connection, so it counts connections. */
export interface EntryCounter {
  /** The rule's CIDR; for the fallback, that of the whole family: `0.0.0.0/0` or `::/0`. */
  readonly cidr: string;
  readonly verdict: Verdict;
  readonly connections: bigint;
}

/** A rule on the node, with its counters if the backend has any. */
export interface InspectedRule {
  /** `-A CHAIN …`, the text that `nft` takes after `add`, or a CIDR in the exceptions of a CNI config. */
  readonly rule: string;
  readonly packets?: bigint;
  readonly bytes?: bigint;
}

/** An entry in force, with the number of connections that it has decided if the backend counts them. */
export type InspectedEntry = Omit<EntryCounter, "connections"> & Partial<Pick<EntryCounter, "connections">>;

/** The rules of one family on the node, and what a sync would write. */
export interface Inspection {
  /** Whether the chain, the table, or the policy in the CNI config exists. */
  readonly exists: boolean;
  /** The entries of the policy that are in force; the last is the fallback. */
  readonly entries: readonly InspectedEntry[];
  readonly rules: readonly InspectedRule[];
  /** The rules as the backend's tools print them. */
  readonly text: string;
  /** The rules as data, in the backend's own terms. */
  readonly facts: object;
  /** What a sync would write; undefined if nothing. */
  readonly transaction: Transaction | undefined;
}

/** Removes the rules of a backend. */
export interface Cleaner {
  /** The name in messages: `iptables-nft`, `iptables-legacy`, `nftables`, `windows-cni`. */
  readonly name: string;
  /** Returns what {@link Cleaner.cleanup} would write; undefined if there is nothing to remove. Writes nothing. */
  planCleanup(family: Family, chain: string): Promise<Transaction | undefined>;
  /** Removes the chain and the jumps to it, or the table; returns what was written, undefined if there was nothing. */
  cleanup(family: Family, chain: string): Promise<Transaction | undefined>;
  /** One line about the result of a clean-up. */
  describeCleanup(chain: string, written: Transaction | undefined): string;
  /** Whether this error of a clean-up means that the family cannot even be read, as on a node without IPv6. */
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
  /** The whole event as `nft monitor` prints it. */
  readonly text: string;
}

/** How changes of a backend's rules appear in the kernel's events. */
export interface RuleTrace {
  /** The table that contains the rules. */
  readonly table: string;
  /** The program that commits the backend's own transactions. */
  readonly writer: string;
  /** Whether this change may have affected the rules of a policy. */
  concerns(event: RuleEvent, policy: FamilyPolicy): boolean;
}

/** Reads and writes the rules of one family at a time. */
export interface Backend extends Cleaner {
  /** What it writes, as messages name it. */
  readonly unit: "rules" | "rules and elements" | "exceptions";
  /** Where it writes them, for messages. */
  place(policy: FamilyPolicy): string;
  /** How many of its unit a policy needs. */
  count(policy: FamilyPolicy): Promise<number>;
  /** One line for the log about what was written for a policy. */
  describe(policy: FamilyPolicy, written: Transaction): string;
  /** How changes of its rules are recognized; undefined if the kernel does not report any, as in the legacy variant. */
  readonly trace?: RuleTrace;
  /** Why the node does not support the rules of a policy, according to a trial that writes nothing; undefined if it does. */
  obstacle?(policy: FamilyPolicy): Promise<string | undefined>;
  /** Returns what a sync would write; undefined if the rules are up to date. Writes nothing. */
  plan(policy: FamilyPolicy): Promise<Transaction | undefined>;
  /** Returns the rules with their counters, and the result of {@link Backend.plan}. Writes nothing. */
  inspect(policy: FamilyPolicy): Promise<Inspection>;
  /** Applies the rules and verifies them; returns what was written, undefined if nothing was. */
  sync(policy: FamilyPolicy, past?: Past<FamilyPolicy>): Promise<Transaction | undefined>;
  /** Returns how many connections each entry has decided. Writes nothing. */
  counters(policy: FamilyPolicy): Promise<readonly EntryCounter[]>;
}
