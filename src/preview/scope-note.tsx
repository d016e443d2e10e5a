// What is true of the verdicts besides the destination, which is all that map and trees show.
import type { FamilyPolicy } from "../policy/index.ts";
import { enforceSentence, scopeSentence } from "./words.ts";

interface ScopeNoteProps {
  readonly policy: FamilyPolicy;
  readonly before: FamilyPolicy | undefined;
  readonly testid: string;
}

const EVERY_PACKET = "Packets from any source and by any interface are subject to the config.";

const sentencesOf = (policy: FamilyPolicy): string =>
  [scopeSentence(policy) ?? EVERY_PACKET, enforceSentence(policy) ?? []].flat().join(" ");

export function ScopeNote({ policy, before, testid }: ScopeNoteProps) {
  const now = sentencesOf(policy);
  const old = before ? sentencesOf(before) : now;
  if (now === old && now === EVERY_PACKET) return null;
  return (
    <p class="scope" data-testid={testid}>
      {now}
      {now !== old && ` Before: ${old} The list of blocks and the map do not show this difference.`}
    </p>
  );
}
