// The exceptions of a CNI config, and the smallest edit that makes them those of a policy.
// This module is browser-compatible.
import type { FamilyPolicy } from "../../policy/index.ts";
import { type Change, countsOf, type Transaction } from "../transaction.ts";
import { missingList, missingPolicy } from "./addition.ts";
import { type CniDocument, elementsOf, readCniDocument } from "./document.ts";
import { exceptionsOf } from "./exceptions.ts";
import { withAddition, withItems } from "./layout.ts";
import { findOutBoundNat, findPlugin, type OutBoundNat } from "./policy.ts";

/** The list's items; of one that is no text, which no plugin can read, its source. */
function itemsOf(document: CniDocument, { list }: OutBoundNat): readonly string[] | undefined {
  if (!list) return undefined;
  return elementsOf(document, list).map(({ type, value, offset, length }) =>
    type === "string" ? String(value) : document.text.slice(offset, offset + length),
  );
}

/**
 * What makes the exceptions in a CNI config those of the policy; `text` is the whole file then, and undefined is answered
 * where they are: in which order is all the same to Windows. The policy is added if it is missing. All else stays byte
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
    { op: items ? "keep" : "add", kind: "policy", line: "OutBoundNAT" },
    ...removed.map((line): Change => ({ op: "remove", kind: "exception", line })),
    ...wanted.map((line): Change => ({ op: there.has(line) ? "keep" : "add", kind: "exception", line })),
  ];
  return { family: policy.family, text, changes, counts: countsOf(changes) };
}

/** The CIDRs that a CNI config excepts; undefined if it has no list of them. Throws {@link CniConfigProblem}. */
export function readExceptions(source: string): readonly string[] | undefined {
  const document = readCniDocument(source);
  const found = findOutBoundNat(document, findPlugin(document));
  return found && itemsOf(document, found);
}
