// What rules on the node mean, and what a transaction changes in that.
// This module is browser-compatible.
import { describePolicy, diffPolicies, type FamilyPolicy, type PolicyChange } from "../policy/index.ts";

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
export function describeEffects(meaning: Meaning, isReplacing = false): Effects {
  const { before, after, hasEntries, others } = meaning;
  if (!before) return { lead: leadOf(meaning, isReplacing), changes: [...others, ...describePolicy(after)] };
  const changes = diffPolicies(before, after, { hasEntries });
  const lead = changes.length > 0 || others.length > 0 ? "" : "No verdict changes: the same is written in another way.";
  return { lead, changes: [...changes, ...others] };
}

function leadOf({ why, isUnreadable = false }: Meaning, isReplacing: boolean): string {
  if (isUnreadable) return `What is in force now cannot be told: ${why}.`;
  return isReplacing
    ? `Not there yet: ${why}. The rules listed as left over stay in force until then.`
    : `The agent masquerades nothing now: ${why}.`;
}

/** One or several of something, as a line that goes or comes; none if there are none. */
export function counted(op: PolicyChange["op"], count: number, what: string, where: string): readonly PolicyChange[] {
  if (count === 0) return [];
  const [noun = "", ...rest] = what.split(" ");
  const text = [`${count} ${noun}${count === 1 ? "" : "s"}`, ...rest, where].join(" ");
  return [{ op, text }];
}

const SIGNS = { change: "~", add: "+", remove: "-" } as const;

/** A change as a line: `~ 192.168.0.0/16 (65,536 addresses): kept → masqueraded`. */
export const formatPolicyChange = ({ op, text }: PolicyChange): string => `${SIGNS[op]} ${text}`;
