// The policy as the exceptions of a Windows CNI config's OutBoundNAT policy, and the smallest edit of the file.
// This module is browser-compatible.
import type { FamilyPolicy, PolicyEntry } from "../policy/index.ts";
import { missingList, missingPolicy } from "./cni-addition.ts";
import { type CniDocument, elementsOf, readCniDocument } from "./cni-document.ts";
import { withAddition, withItems } from "./cni-layout.ts";
import { findOutBoundNat, findPlugin, type OutBoundNat } from "./cni-policy.ts";
import type { Change, Transaction } from "./transaction.ts";

/**
 * The destinations that the list names, each once: those of the config or of the default list.
 *
 * Link-local is not added, though the chain on Linux returns it unasked: the list has always been what the config names,
 * and a pod behind a Windows bridge gets no answer from the node's own link, such as a cloud's metadata at
 * 169.254.169.254, but by the node's address. Who wants it in the list names it in the config.
 */
export function exceptionsOf({ entries }: FamilyPolicy): readonly string[] {
  // Nothing else has a place in such a list, as in a policy: the type says so.
  const returned: readonly (PolicyEntry & { readonly verdict: "return" })[] = entries;
  const named = returned.filter(({ reason }) => reason !== "link-local");
  return [...new Set(named.map(({ prefix }) => prefix.network))];
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
