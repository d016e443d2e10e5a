// Reads nft's matches, sets and verdict maps.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import { type Intervals, normalize, only } from "./intervals.ts";
import { ALWAYS, allMatch, anyBit, anyMatch, NEVER, nameMatch, negateIf, numberMatch, unknownMatch } from "./match.ts";
import type { Match } from "./model.ts";
import { isObject, type Json, kindOf, memberOf, stringsOf } from "./nft-json.ts";
import { type NftKey, readKey } from "./nft-keys.ts";
import { bareElement, CATCH_ALL, readMask, readNameList, readNumberList, readNumbers } from "./nft-values.ts";

/** Context for reading the rules of one table. */
export interface NftContext {
  readonly family: Family;
  /** The elements of a named set or map; undefined if it was not listed. */
  readonly elementsOf: (name: string) => readonly Json[] | undefined;
}

/** Reads a `match` expression as conditions that must all hold. */
export function readMatch(expression: Json, context: NftContext): readonly Match[] {
  const op = String(memberOf(expression, "op") ?? "==");
  const left = memberOf(expression, "left") ?? null;
  const right = memberOf(expression, "right") ?? null;
  const keys = keysOf(left, context.family);
  const [key, more] = keys;
  const match = key && !more ? singleMatch(key, op, right, context) : setMatch(keys, op, right, context);
  const text = `${JSON.stringify(left)} ${op} ${JSON.stringify(right)}`;
  return [
    ...keys.map(({ requires }) => requires),
    match ?? unknownMatch(nameOf(keys), text, keys.some(isVarying)),
  ].filter((one) => one !== ALWAYS);
}

const isVarying = (key: NftKey) => key.kind === "unknown" && key.varies;

/** The name of a match that is not interpreted. */
function nameOf(keys: readonly NftKey[]): string {
  return keys
    .map((key) => (key.kind === "unknown" ? key.name : key.kind === "fixed" ? "packet" : key.field))
    .join(" . ");
}

function keysOf(left: Json, family: Family): readonly NftKey[] {
  const [kind, parts] = kindOf(left);
  return kind === "concat" && Array.isArray(parts)
    ? parts.map((part) => readKey(part, family))
    : [readKey(left, family)];
}

function singleMatch(key: NftKey, op: string, right: Json, context: NftContext): Match | undefined {
  if (key.kind === "number" && (key.field === "state" || key.field === "status"))
    return bitsMatch(key, op, right, context);
  if (["<", ">", "<=", ">="].includes(op)) return comparison(key, op, right, context);
  if (op !== "==" && op !== "!=" && op !== "in") return undefined;
  const elements = elementsOf(right, context);
  const match = elements && elementsMatch(key, elements, context);
  return match && negateIf(op === "!=", match);
}

/** `ct state new,established` matches any of the bits; so does `in`. */
function bitsMatch(key: NftKey & { kind: "number" }, op: string, right: Json, context: NftContext): Match | undefined {
  const field = key.field as "state" | "status";
  const [kind] = kindOf(right);
  const bits =
    kind === "set" || (typeof right === "string" && right.startsWith("@"))
      ? undefined
      : readMask(field, context.family, right);
  if (key.mask !== undefined) {
    if (bits === undefined || (op !== "==" && op !== "!=")) return undefined;
    return numberMatch(field, only(bits), op === "!=", key.mask);
  }
  if (bits !== undefined && op === "in") return anyBit(field, bits);
  if (bits !== undefined && op === "!") return anyBit(field, bits, true);
  const elements = elementsOf(right, context);
  const values = elements && readNumberList(field, context.family, elements);
  return values && (op === "==" || op === "!=") ? numberMatch(field, values, op === "!=") : undefined;
}

function comparison(key: NftKey, op: string, right: Json, { family }: NftContext): Match | undefined {
  if (key.kind !== "number") return undefined;
  const limit = readNumbers(key.field, family, [right])[0]?.first;
  if (limit === undefined) return undefined;
  const below = limit - (op === "<" || op === ">=" ? 1n : 0n);
  const values: Intervals = below < 0n ? [] : [{ first: 0n, last: below }];
  return numberMatch(key.field, values, op.startsWith(">"), key.mask);
}

/** The elements of a right-hand side; undefined for a set that was not listed. */
export function elementsOf(right: Json, { elementsOf: named }: NftContext): readonly Json[] | undefined {
  if (typeof right === "string" && right.startsWith("@")) return named(right.slice(1))?.map(bareElement);
  const [kind, value] = kindOf(right);
  if (kind === "set") return (Array.isArray(value) ? value : [value]).map(bareElement);
  return [right];
}

/** Matches if the key is one of these. */
export function elementsMatch(key: NftKey, elements: readonly Json[], { family }: NftContext): Match | undefined {
  if (elements.includes(CATCH_ALL)) return ALWAYS;
  switch (key.kind) {
    case "number": {
      const values = readNumberList(key.field, family, elements);
      return values && numberMatch(key.field, values, false, key.mask);
    }
    case "name": {
      const names = readNameList(elements);
      return names && nameMatch(key.field, names);
    }
    case "type": {
      const types = stringsOf(elements);
      return { kind: "addressType", field: key.field, types, limited: key.limited, negated: false };
    }
    case "fixed":
      return elements.some((one) => key.values.includes(String(one))) ? ALWAYS : NEVER;
    case "unknown":
      return undefined;
  }
}

function setMatch(keys: readonly NftKey[], op: string, right: Json, context: NftContext): Match | undefined {
  if (op !== "==" && op !== "!=") return undefined;
  const matches = elementsOf(right, context)?.map((element) => tupleMatch(keys, element, context));
  return matches && negateIf(op === "!=", anyMatch(matches));
}

/** Matches if the packet has all parts of an element. Parts that cannot be read are unknown. */
export function tupleMatch(keys: readonly NftKey[], element: Json, context: NftContext): Match {
  if (element === CATCH_ALL) return ALWAYS;
  const [kind, value] = kindOf(element);
  const parts = kind === "concat" && Array.isArray(value) ? value : [element];
  return allMatch(
    keys.map((key, i) => {
      const part = parts[i] ?? null;
      return elementsMatch(key, [part], context) ?? unknownMatch(nameOf([key]), JSON.stringify(part), isVarying(key));
    }),
  );
}

/**
 * Reads the cases of a map, `{ 10.0.0.0/8 : accept, … }`. Numeric elements with the same result become one case, because there
 * may be many; `*` comes last.
 */
export function readCases<T>(
  map: Json,
  context: NftContext,
  readAnswer: (answer: Json) => T,
):
  | { readonly requires: readonly Match[]; readonly cases: readonly { readonly match: Match; readonly answer: T }[] }
  | undefined {
  const keys = keysOf(memberOf(map, "key") ?? null, context.family);
  const data = memberOf(map, "data") ?? null;
  const pairs = (typeof data === "string" ? context.elementsOf(data.replace(/^@/, "")) : pairsOf(data))?.flatMap(
    pairOf,
  );
  if (!pairs) return undefined;
  const requires = keys.map(({ requires: one }) => one).filter((one) => one !== ALWAYS);
  const ordered = [...pairs.filter(([one]) => one !== CATCH_ALL), ...pairs.filter(([one]) => one === CATCH_ALL)];
  const [key, more] = keys;
  if (key?.kind === "number" && !more) return { requires, cases: joinedCases(key, ordered, context, readAnswer) };
  return {
    requires,
    cases: ordered.map(([element, answer]) => ({
      match: tupleMatch(keys, element, context),
      answer: readAnswer(answer),
    })),
  };
}

const pairsOf = (data: Json): readonly Json[] | undefined => {
  const set = memberOf(data, "set");
  return Array.isArray(set) ? set : undefined;
};

const pairOf = (pair: Json): [Json, Json][] =>
  Array.isArray(pair) && pair.length === 2 ? [[bareElement(pair[0] ?? null), bareElement(pair[1] ?? null)]] : [];

function joinedCases<T>(
  key: NftKey & { kind: "number" },
  pairs: readonly (readonly [Json, Json])[],
  context: NftContext,
  readAnswer: (answer: Json) => T,
): readonly { readonly match: Match; readonly answer: T }[] {
  const intervals = readNumbers(
    key.field,
    context.family,
    pairs.map(([element]) => element),
  );
  const byAnswer = new Map<string, { answer: Json; values: Intervals[number][]; match?: Match }>();
  for (const [i, [element, answer]] of pairs.entries()) {
    const interval = intervals[i];
    const text = interval ? JSON.stringify(answer) : JSON.stringify([element, answer]);
    const found = byAnswer.get(text) ?? { answer, values: [] };
    byAnswer.set(text, found);
    if (interval) found.values.push(interval);
    else found.match = element === CATCH_ALL ? ALWAYS : unknownMatch(key.field, JSON.stringify(element));
  }
  return [...byAnswer.values()].map(({ answer, values, match }) => {
    return { match: match ?? numberMatch(key.field, normalize(values), false, key.mask), answer: readAnswer(answer) };
  });
}

/** Whether an expression reads the packet's own source address. */
export function isOwnSource(value: Json, family: Family): boolean {
  if (!isObject(value)) return false;
  const key = readKey(value, family);
  return key.kind === "number" && key.field === "source" && key.mask === undefined && key.requires === ALWAYS;
}
