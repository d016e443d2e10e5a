// Converts right-hand sides of nft's matches and elements of its sets to numbers and names.
// This module is browser-compatible.
import type { Family, Interval } from "../core/index.ts";
import { bitsOf, prefixOf, readAddresses } from "./addresses.ts";
import { type Intervals, normalize } from "./intervals.ts";
import type { NumberField } from "./model.ts";
import { protocolNumber, STATE_BITS, STATUS_BITS } from "./names.ts";
import { isObject, type Json, kindOf, memberOf } from "./nft-json.ts";

/** `*` in a set matches everything that no other element contains. */
export const CATCH_ALL = "*";

/** Strips an element of its comment, counter and timeout. */
export function bareElement(element: Json): Json {
  return memberOf(memberOf(element, "elem"), "val") ?? element;
}

/** The number of a single value: an address, a port, a protocol name, a mark. */
type ReadOne = (value: Json) => bigint | undefined;

function numberReader(field: Exclude<NumberField, "source" | "destination">): ReadOne {
  return (value) => {
    if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
    if (typeof value !== "string") return undefined;
    if (/^(0x[\da-f]+|\d+)$/i.test(value)) return BigInt(value);
    if (field === "protocol") {
      const number = protocolNumber(value);
      return number === undefined ? undefined : BigInt(number);
    }
    if (field === "state") return STATE_BITS[value];
    if (field === "status") return STATUS_BITS[value];
    return undefined;
  };
}

/** Reads any number of addresses in one pass through the core. */
function addressReader(family: Family, values: readonly Json[]): ReadOne {
  const texts = values.flatMap((value): string[] => {
    const [kind, inner] = kindOf(value);
    if (kind === "prefix") return [String(memberOf(inner, "addr"))];
    if (kind === "range" && Array.isArray(inner)) return inner.map(String);
    return typeof value === "string" ? [value] : [];
  });
  const known = new Map(readAddresses(family, texts).map((number, i) => [texts[i], number]));
  return (value) => known.get(String(value));
}

/**
 * The numbers of each value of one field, `10.0.0.0/8` or `{ 53, 80-90 }`; undefined for a value that cannot be read.
 */
export function readNumbers(
  field: NumberField,
  family: Family,
  values: readonly Json[],
): readonly (Interval | undefined)[] {
  const isAddress = field === "source" || field === "destination";
  const readOne = isAddress ? addressReader(family, values) : numberReader(field);
  return values.map((value) => {
    const [kind, inner] = kindOf(value);
    if (kind === "range" && Array.isArray(inner))
      return intervalOf(readOne(inner[0] ?? null), readOne(inner[1] ?? null));
    if (kind === "prefix") {
      const address = readOne(memberOf(inner, "addr") ?? null);
      const length = memberOf(inner, "len");
      const isPrefix = isAddress && typeof length === "number" && Number.isInteger(length) && length >= 0;
      return isPrefix && address !== undefined && length <= bitsOf(family)
        ? prefixOf(family, address, length)
        : undefined;
    }
    const number = isObject(value) ? undefined : readOne(value);
    return intervalOf(number, number);
  });
}

const intervalOf = (first: bigint | undefined, last: bigint | undefined): Interval | undefined =>
  first === undefined || last === undefined || last < first ? undefined : { first, last };

/** The numbers of a whole list; undefined if one of them cannot be read. */
export function readNumberList(field: NumberField, family: Family, values: readonly Json[]): Intervals | undefined {
  const read = readNumbers(field, family, values);
  const known = read.filter((one) => one !== undefined);
  return known.length === read.length ? normalize(known) : undefined;
}

/** The interface names; undefined if one of the values is not a name. */
export function readNameList(values: readonly Json[]): readonly string[] | undefined {
  const names = values.filter((value) => typeof value === "string");
  return names.length === values.length ? names : undefined;
}

/** Reads bits that are written as a number, an address, names, or several of these joined by |. */
export function readMask(field: NumberField, family: Family, value: Json): bigint | undefined {
  const [kind, inner] = kindOf(value);
  const parts = Array.isArray(value) ? value : kind === "|" && Array.isArray(inner) ? inner : undefined;
  if (!parts) return readNumbers(field, family, [value])[0]?.first;
  let bits = 0n;
  for (const part of parts) {
    const one = readMask(field, family, part);
    if (one === undefined) return undefined;
    bits |= one;
  }
  return bits;
}
