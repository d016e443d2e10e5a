// What a sync writes, and what that changes.
// This module is browser-compatible.
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
export function formatChange({ op, line }: Pick<Change, "op" | "line">): string {
  return `${{ add: "+", remove: "-", keep: " " }[op]} ${line}`;
}

/** Counts the changes, except for those of what holds the others. */
export function countsOf(changes: readonly Change[]): Counts {
  const count = { add: 0, remove: 0, keep: 0 };
  for (const { op, kind } of changes) if (kind !== "chain" && kind !== "policy") count[op]++;
  return { added: count.add, removed: count.remove, kept: count.keep };
}

/** What several transactions did, one after the other; undefined if there are none. */
export function joinTransactions(done: readonly Transaction[]): Transaction | undefined {
  const last = done.at(-1);
  if (!last || done.length === 1) return last;
  const changes = done.flatMap((one) => (one === last ? one.changes : one.changes.filter(({ op }) => op !== "keep")));
  const text = done.map((one) => one.text).join("");
  const meaning = done[0]?.meaning;
  return { family: last.family, text, changes, counts: countsOf(changes), ...(meaning ? { meaning } : {}) };
}
