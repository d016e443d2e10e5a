// Checks the arguments of the library's functions: errors say what is wrong, and what to pass instead.
// This module is browser-compatible.
import { SAMPLES, type Wanted } from "./invalid-cidr.ts";
import { type PrefixRecords, RECORD } from "./record.ts";

const kindOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Object && value.constructor !== Object) return `a value of type ${value.constructor.name}`;
  return typeof value === "undefined" ? "undefined" : `a value of type ${typeof value}`;
};

/** Throws `TypeError` unless the value is a string. */
export function checkText(value: unknown, what: string, wanted?: Wanted): asserts value is string {
  if (typeof value === "string") return;
  const sample = wanted === undefined ? "" : `, ${SAMPLES[wanted]}`;
  throw new TypeError(`${what} must be a string${sample}; it is ${kindOf(value)}`);
}

/** Throws `TypeError` unless the value is an array of strings. */
export function checkTexts(value: unknown, what: string): asserts value is readonly string[] {
  checkList(value, what, "strings");
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

/** Throws `TypeError` unless the value is an array. */
export function checkList(value: unknown, what: string, of: string): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${what} must be an array of ${of}; it is ${kindOf(value)}`);
}

/** Throws `TypeError` unless the value is an object. */
export function checkObject(value: unknown, what: string, wanted: string): asserts value is object {
  if (typeof value !== "object" || value === null)
    throw new TypeError(`${what} must be ${wanted}; it is ${kindOf(value)}`);
}

/** Throws `TypeError` unless the value is a function. */
export function checkFunction(value: unknown, what: string): void {
  if (typeof value !== "function") throw new TypeError(`${what} must be a function; it is ${kindOf(value)}`);
}

/** Throws `RangeError` unless the value is an integer that is at least `least` and at most `most`. */
export function checkInteger(
  value: unknown,
  what: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number } = {},
): asserts value is number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
  const limit = most === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${most}`;
  const shown = typeof value === "number" ? value : kindOf(value);
  throw new RangeError(`${what} must be an integer, at least ${least}${limit}; it is ${shown}`);
}

/** Throws `RangeError` unless the value is an index of one of `length` entries. */
export function checkIndex(value: unknown, length: number, what: string): asserts value is number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < length) return;
  const shown = typeof value === "number" ? value : kindOf(value);
  throw new RangeError(`${what} must be an index below ${length}; it is ${shown}`);
}

/** Throws unless the value is an address as a number of `bits` bits. */
export function checkAddress(value: unknown, bits: number, what: string): asserts value is bigint {
  if (typeof value !== "bigint") throw new TypeError(`${what} must be a bigint; it is ${kindOf(value)}`);
  if (value < 0n || value >> BigInt(bits) !== 0n)
    throw new RangeError(`${what} must fit in ${bits} bits; it is ${value}`);
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
export function checkNumbers<T extends Uint8Array | Uint32Array | BigUint64Array | Int32Array>(
  value: unknown,
  kind: { new (length: number): T; readonly name: string },
  what: string,
  { each = 1, least = 0 }: { readonly each?: number; readonly least?: number } = {},
): asserts value is T {
  if (!(value instanceof kind)) {
    const article = kind.name.startsWith("I") ? "an" : "a";
    throw new TypeError(`${what} must be ${article} ${kind.name}; it is ${kindOf(value)}`);
  }
  if (value.length % each !== 0) throw new RangeError(`${what} must have ${each} numbers for each address`);
  if (value.length < least) throw new RangeError(`${what} has ${value.length} elements; it needs ${least}`);
}
