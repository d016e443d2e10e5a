// What the rules on the node mean, and how a transaction changes it.
// This module is browser-compatible.
import { describePolicy, diffPolicies, type FamilyPolicy, type PolicyChange } from "../policy/index.ts";

/** The policies before and after a transaction. */
export interface Meaning {
  /** The policy of the rules that were found; undefined if no packet reaches them, or if they cannot be read. */
  readonly before: FamilyPolicy | undefined;
  /** Why `before` is undefined: `chain IP-MASQ-AGENT does not exist`. */
  readonly why: string;
  /** Whether there are rules that cannot be read. */
  readonly isUnreadable?: boolean;
  /** The desired policy, as far as the backend supports it. */
  readonly after: FamilyPolicy;
  /** Whether the rules of `before` correspond to entries of a config, and not to the intervals that these were cut into. */
  readonly hasEntries: boolean;
  /** Other changes, which affect no entry: rules of other programs, a missing jump. */
  readonly others: readonly PolicyChange[];
}

/** The effects of a transaction, as text. */
export interface Effects {
  /** An introductory sentence; may be empty. */
  readonly lead: string;
  readonly changes: readonly PolicyChange[];
}

/**
 * Describes what a transaction changes.
 *
 * @param isReplacing whether rules of another backend are still in force
 */
export function describeEffects(meaning: Meaning, isReplacing = false): Effects {
  const { before, after, hasEntries, others } = meaning;
  if (!before) return { lead: leadOf(meaning, isReplacing), changes: [...others, ...describePolicy(after)] };
  const changes = diffPolicies(before, after, { hasEntries });
  const lead = changes.length > 0 || others.length > 0 ? "" : "No verdict changes, only the way the rules are written.";
  return { lead, changes: [...changes, ...others] };
}

function leadOf({ why, isUnreadable = false }: Meaning, isReplacing: boolean): string {
  if (isUnreadable) return `The rules in force cannot be read: ${why}.`;
  return isReplacing
    ? `Not in force yet: ${why}. Until then, the leftover rules listed below stay in force.`
    : `The agent masquerades nothing now: ${why}.`;
}

/** A line about a number of things that are added or removed; `what` begins with its noun. Empty for none. */
export function counted(op: PolicyChange["op"], count: number, what: string, where: string): readonly PolicyChange[] {
  if (count === 0) return [];
  const [noun = "", ...rest] = what.split(" ");
  const text = [`${count} ${noun}${count === 1 ? "" : "s"}`, ...rest, where].join(" ");
  return [{ op, text }];
}

const SIGNS = { change: "~", add: "+", remove: "-" } as const;

/** A change as a line: `~ 192.168.0.0/16 (65,536 addresses): kept → masqueraded`. */
export const formatPolicyChange = ({ op, text }: PolicyChange): string => `${SIGNS[op]} ${text}`;
