// The policy as the exceptions of a Windows CNI config's OutBoundNAT policy, and the smallest edit of the file.
// This module is browser-compatible.
import { rangeToPrefixes } from "../../core/index.ts";
import { type FamilyPolicy, spaceOf } from "../../policy/index.ts";
import type { Change, Transaction } from "../transaction.ts";
import { missingList, missingPolicy } from "./addition.ts";
import { type CniDocument, elementsOf, readCniDocument } from "./document.ts";
import { withAddition, withItems } from "./layout.ts";
import { findOutBoundNat, findPlugin, type OutBoundNat } from "./policy.ts";

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

/** The list's items; of one that is no text, which no plugin can read, its source. */
function itemsOf(document: CniDocument, { list }: OutBoundNat): readonly string[] | undefined {
  if (!list) return undefined;
  return elementsOf(document, list).map(({ type, value, offset, length }) =>
    type === "string" ? String(value) : document.text.slice(offset, offset + length),
  );
}

/**
 * What makes the exceptions in a CNI config those of the policy; `text` is the whole file then, and undefined is answered
 * where they are: in which order is all the same to Windows. The policy is added where it is missing. All else stays byte
 * for byte. Throws {@link CniConfigProblem}.
 */
export function diffCniConfig(policy: FamilyPolicy, source: string): Transaction | undefined {
  const document = readCniDocument(source);
  const plugin = findPlugin(document);
  const found = findOutBoundNat(document, plugin);
  const items = found && itemsOf(document, found);
  const wanted = exceptionsOf(policy);
  const there = new Set(items);
  const stay = new Set(wanted);
  if (items && there.size === stay.size && wanted.every((cidr) => there.has(cidr))) return undefined;

  const text = found?.list
    ? withItems(document, found.list.value, wanted)
    : withAddition(document, found ? missingList(found, plugin, wanted) : missingPolicy(document, plugin, wanted));
  const removed = [...there].filter((cidr) => !stay.has(cidr));
  const changes: readonly Change[] = [
    { op: items ? "keep" : "add", line: "OutBoundNAT" },
    ...removed.map((line): Change => ({ op: "remove", line })),
    ...wanted.map((line): Change => ({ op: there.has(line) ? "keep" : "add", line })),
  ];
  const kept = wanted.filter((cidr) => there.has(cidr)).length;
  const counts = { added: wanted.length - kept, removed: removed.length, kept };
  return { family: policy.family, text, strays: [], changes, counts };
}

/** The CIDRs that a CNI config excepts; undefined where it has no list of them. Throws {@link CniConfigProblem}. */
export function readExceptions(source: string): readonly string[] | undefined {
  const document = readCniDocument(source);
  const found = findOutBoundNat(document, findPlugin(document));
  return found && itemsOf(document, found);
}
