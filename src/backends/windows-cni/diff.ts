// The exceptions of a CNI config, and the smallest edit that brings them in line with a policy.
// This module is browser-compatible.
import type { FamilyPolicy } from "../../policy/index.ts";
import { type Change, countsOf, type Transaction } from "../transaction.ts";
import { missingList, missingPolicy } from "./addition.ts";
import { type CniDocument, elementsOf, readCniDocument } from "./document.ts";
import { exceptionsOf } from "./exceptions.ts";
import { withAddition, withItems } from "./layout.ts";
import { findOutBoundNat, findPlugin, type OutBoundNat } from "./policy.ts";

/** The items of the list; for an item that is not a string, which no plugin can read, its source text. */
function itemsOf(document: CniDocument, { list }: OutBoundNat): readonly string[] | undefined {
  if (!list) return undefined;
  return elementsOf(document, list).map(({ type, value, offset, length }) =>
    type === "string" ? String(value) : document.text.slice(offset, offset + length),
  );
}

/**
 * The transaction that brings the exceptions in a CNI config in line with the policy, with the whole file as `text`;
 * undefined if they are, in any order, which does not matter to Windows. The policy is added if it is missing. Everything
 * else stays byte for byte. Throws {@link CniConfigProblem}.
 */
export function diffCniConfig(policy: FamilyPolicy, source: string): Transaction | undefined {
  const document = readCniDocument(source);
  const plugin = findPlugin(document);
  const found = findOutBoundNat(document, plugin);
  const items = found && itemsOf(document, found);
  const wanted = exceptionsOf(policy);
  const current = new Set(items);
  const stay = new Set(wanted);
  if (items && current.size === stay.size && wanted.every((cidr) => current.has(cidr))) return undefined;

  const text = found?.list
    ? withItems(document, found.list.value, wanted)
    : withAddition(document, found ? missingList(found, plugin, wanted) : missingPolicy(document, plugin, wanted));
  const removed = [...current].filter((cidr) => !stay.has(cidr));
  const changes: readonly Change[] = [
    { op: items ? "keep" : "add", kind: "policy", line: "OutBoundNAT" },
    ...removed.map((line): Change => ({ op: "remove", kind: "exception", line })),
    ...wanted.map((line): Change => ({ op: current.has(line) ? "keep" : "add", kind: "exception", line })),
  ];
  return { family: policy.family, text, changes, counts: countsOf(changes) };
}

/** The exceptions of a CNI config; undefined if it has no list of them. Throws {@link CniConfigProblem}. */
export function readExceptions(source: string): readonly string[] | undefined {
  const document = readCniDocument(source);
  const found = findOutBoundNat(document, findPlugin(document));
  return found && itemsOf(document, found);
}
