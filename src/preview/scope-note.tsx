// Describes the sources and interfaces that verdicts depend on, which the map and the trees do not show.
import type { FamilyPolicy } from "../policy/index.ts";
import { enforceSentence, scopeSentence } from "./words.ts";

interface ScopeNoteProps {
  readonly policy: FamilyPolicy;
  readonly before: FamilyPolicy | undefined;
  readonly testid: string;
}

const EVERY_PACKET = "The config applies to packets from any source through any interface.";

/** Policies that apply to the same packets have equal texts. */
const limitsIn = ({ scope: { sources, outputInterfaces }, enforceKeep }: FamilyPolicy): string =>
  JSON.stringify([sources === "any" ? sources : sources.map(({ network }) => network), outputInterfaces, enforceKeep]);

const sentencesOf = (policy: FamilyPolicy): string =>
  [scopeSentence(policy) ?? EVERY_PACKET, enforceSentence(policy) ?? []].flat().join(" ");

export function ScopeNote({ policy, before, testid }: ScopeNoteProps) {
  const now = sentencesOf(policy);
  const isOther = before !== undefined && limitsIn(before) !== limitsIn(policy);
  if (!isOther && now === EVERY_PACKET) return null;
  return (
    <p class="scope" data-testid={testid}>
      {now}
      {isOther && ` Before: ${sentencesOf(before)} The list of blocks and the map do not show this difference.`}
    </p>
  );
}
