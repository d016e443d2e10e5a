// The destinations that an OutBoundNAT policy must except.
// This module is browser-compatible.
import { rangeToPrefixes } from "../../core/index.ts";
import { type FamilyPolicy, spaceOf } from "../../policy/index.ts";

/**
 * The destinations that the list must name: those of the config or of the default list, each once, as long as all of them
 * are kept; with others among them, the blocks that make up what is kept.
 *
 * Link-local is not added, though the chain on Linux returns it unasked: the list has always been what the config names,
 * and a pod behind a Windows bridge gets no answer from the node's own link, such as a cloud's metadata at
 * 169.254.169.254, but by the node's address. Users who want it in the list name it in the config.
 */
export function exceptionsOf(policy: FamilyPolicy): readonly string[] {
  const named = policy.rules.filter(({ reason }) => reason !== "link-local");
  if (named.every(({ verdict }) => verdict.kind === "keep")) {
    return [...new Set(named.map(({ prefix }) => prefix.network))];
  }
  const { segments, at } = spaceOf([{ ...policy, rules: named }], policy.family);
  const kept: { first: bigint; last: bigint }[] = [];
  for (let i = 0; i < segments.length; i++) {
    if (at(i).verdict.kind !== "keep") continue;
    const previous = kept.at(-1);
    if (previous && previous.last + 1n === segments.first(i)) previous.last = segments.last(i);
    else kept.push({ first: segments.first(i), last: segments.last(i) });
  }
  return kept.flatMap(({ first, last }) => rangeToPrefixes(policy.family, first, last));
}
