// Checks the arguments of the library's functions: errors say what is wrong, and what to pass instead.
// This module is browser-compatible.
import { type NoPrefix, type PrefixProblem, type PrefixRecords, RECORD } from "./record.ts";

/** A text is not a valid CIDR or address. */
export class InvalidCidrError extends Error {
  override name = "InvalidCidrError";
  /** The text, or the beginning of it. */
  readonly text: string;
  /** What is wrong with it. */
  readonly problem: PrefixProblem;
  /** The offset in bytes at which parsing stopped. */
  readonly at: number;

  constructor(text: string, { problem, at }: Omit<NoPrefix, "ok">, wanted: Wanted, index?: number) {
    const shown = text.slice(0, 64);
    const where = index === undefined ? "" : ` (index ${index})`;
    super(`${JSON.stringify(shown)}${where} is not ${NAMES[wanted]}: ${REASONS[problem]}; write ${SAMPLES[wanted]}`);
    this.text = shown;
    this.problem = problem;
    this.at = at;
  }
}

/** What a text is expected to be. */
export type Wanted = "prefix" | "address" | "either";

const NAMES: Readonly<Record<Wanted, string>> = {
  prefix: "a CIDR",
  address: "an address",
  either: "a CIDR or an address",
};
const SAMPLES: Readonly<Record<Wanted, string>> = {
  prefix: "an address and a length, such as 10.0.0.0/8",
  address: "one such as 10.1.2.3 or 2001:db8::1",
  either: "one such as 10.0.0.0/8, 10.1.2.3 or 2001:db8::/32",
};

export const REASONS: Readonly<Record<PrefixProblem, string>> = {
  empty: "it is empty",
  "no-length": "the length is missing",
  "bad-character": "it has an unexpected character",
  "leading-zero": "an octet has a leading zero",
  "octet-too-big": "an octet is greater than 255",
  "too-short": "a part of the address is missing",
  "too-long": "the address has too many parts",
  zone: "it has a zone",
  "bad-length": "the length is not a number",
  "length-too-big": "the length exceeds the number of bits in the address",
};

const kindOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Object && value.constructor !== Object) return `a value of type ${value.constructor.name}`;
  return typeof value === "undefined" ? "undefined" : `a value of type ${typeof value}`;
};

/** Throws `TypeError` unless the value is a string. */
export function checkText(value: unknown, what: string, wanted: Wanted): asserts value is string {
  if (typeof value !== "string") {
    throw new TypeError(`${what} must be a string, ${SAMPLES[wanted]}; it is ${kindOf(value)}`);
  }
}

/** Throws `TypeError` unless the value is an array of strings. */
export function checkTexts(value: unknown, what: string): asserts value is readonly string[] {
  if (!Array.isArray(value)) throw new TypeError(`${what} must be an array of strings; it is ${kindOf(value)}`);
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== "string") throw new TypeError(`${what}[${i}] must be a string; it is ${kindOf(value[i])}`);
  }
}

/** Throws unless the value is records, as {@link parsePrefixes} or {@link parseAddresses} return them. */
export function checkRecords(value: unknown, what: string, from = "parsePrefixes"): asserts value is PrefixRecords {
  const { bytes, length } = (value ?? {}) as Partial<PrefixRecords>;
  if (!(bytes instanceof Uint8Array) || typeof length !== "number") {
    throw new TypeError(`${what} must be the records that ${from} returns; it is ${kindOf(value)}`);
  }
  if (Number.isInteger(length) && bytes.length === length * RECORD) return;
  throw new RangeError(`${what} must have ${RECORD} bytes for each prefix; it has ${bytes.length} for ${length}`);
}

/** Throws `RangeError` unless the value is one of a few words. */
export function checkWord<const T extends string>(
  value: unknown,
  words: readonly T[],
  what: string,
): asserts value is T {
  if (words.some((word) => word === value)) return;
  const shown = typeof value === "string" ? JSON.stringify(value) : kindOf(value);
  throw new RangeError(`${what} must be one of ${words.join(", ")}; it is ${shown}`);
}

/** Throws unless the value is a typed array of this kind, with `each` elements per address and at least `least` in all. */
export function checkNumbers<T extends Uint32Array | BigUint64Array | Int32Array>(
  value: unknown,
  kind: new (length: number) => T,
  what: string,
  { each = 1, least = 0 }: { readonly each?: number; readonly least?: number } = {},
): asserts value is T {
  if (!(value instanceof kind)) throw new TypeError(`${what} must be a ${kind.name}; it is ${kindOf(value)}`);
  if (value.length % each !== 0) throw new RangeError(`${what} must have ${each} numbers for each address`);
  if (value.length < least) throw new RangeError(`${what} has ${value.length} elements; it needs ${least}`);
}
