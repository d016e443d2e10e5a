// The exceptions that an OutBoundNAT policy must have.
// This module is browser-compatible.
import { rangeToPrefixes } from "../../core/index.ts";
import { type FamilyPolicy, spaceOf } from "../../policy/index.ts";

/**
 * The destinations that the list must contain: those of the config or of the default list, without duplicates, if all of
 * them are kept; otherwise the blocks that together cover what is kept.
 *
 * Link-local is not added, although the chain on Linux keeps it by default: the list has always been what the config names,
 * and on Windows a pod behind a bridge can reach link-local addresses, such as a cloud's metadata at 169.254.169.254, only
 * with the node's address. Users who want it in the list can name it in the config.
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
