// A transaction: what a sync writes, and what that changes.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import type { Meaning } from "./meaning.ts";

/** The kind of a changed line. A `chain` or `policy` contains the others: it is shown, but not counted. */
export type ChangeKind = "chain" | "rule" | "jump" | "element" | "policy" | "exception";

/** One line that is kept, added or removed. */
export interface Change {
  readonly op: "keep" | "add" | "remove";
  readonly kind: ChangeKind;
  /** The rule as `iptables-save` prints it, `-A CHAIN …`; the text that `nft` takes after `add`; a CIDR of a CNI config. */
  readonly line: string;
}

/** How many rules or exceptions are added, removed and kept. */
export interface Counts {
  readonly added: number;
  readonly removed: number;
  readonly kept: number;
}

/** A write that succeeds or fails as a whole. */
export interface Transaction {
  readonly family: Family;
  /** One input of `iptables-restore --noflush` or of `nft -f`, or a whole CNI config file. */
  readonly text: string;
  /** All lines before and after: of the chain, its rules and the jump, or of the CNI config's policy and its CIDRs. */
  readonly changes: readonly Change[];
  readonly counts: Counts;
  /** Computes the policies before and after; undefined for a transaction that removes a backend's rules. */
  readonly meaning?: () => Meaning;
}

/** A change as a line of a diff: `+` added, `-` removed, two spaces kept. */
export function formatChange({ op, line }: Pick<Change, "op" | "line">): string {
  return `${{ add: "+", remove: "-", keep: " " }[op]} ${line}`;
}

/** Counts the changes, except those of chains and policies. */
export function countsOf(changes: readonly Change[]): Counts {
  const count = { add: 0, remove: 0, keep: 0 };
  for (const { op, kind } of changes) if (kind !== "chain" && kind !== "policy") count[op]++;
  return { added: count.add, removed: count.remove, kept: count.keep };
}

/** Joins consecutive transactions into one; undefined if there are none. */
export function joinTransactions(done: readonly Transaction[]): Transaction | undefined {
  const last = done.at(-1);
  if (!last || done.length === 1) return last;
  const changes = done.flatMap((one) => (one === last ? one.changes : one.changes.filter(({ op }) => op !== "keep")));
  const text = done.map((one) => one.text).join("");
  const meaning = done[0]?.meaning;
  return { family: last.family, text, changes, counts: countsOf(changes), ...(meaning ? { meaning } : {}) };
}
