// The places of addresses in lines.
// This module is browser-compatible.
import { checkInteger, checkObject, checkText, checkWord } from "./arguments.ts";
import type { Instance } from "./instance.ts";

/** Which address of a line to use. A line without an address there counts as one without an address. */
export type AddressPlace =
  /** The first in the line; `only`: a line with more than one counts as one without an address. */
  | "first"
  | "only"
  /** The first after `key=`. */
  | { readonly key: string }
  /**
   * The first in a field; fields count from 1. They are separated by white space or by `separator`, which fields may contain in
   * quotes. A line whose number of fields is not `of` counts as one without an address.
   */
  | { readonly field: number; readonly separator?: "," | "\t" | ";" | "|"; readonly of?: number }
  /** The text at a path in the line's JSON object: keys, separated by dots. */
  | { readonly path: string };

const WORDS = ["first", "only"] as const;
const SEPARATORS = [",", "\t", ";", "|"] as const;

/** The most fields of a line that the core can count. */
const MAX_FIELDS = 2 ** 31 - 1;

/** Throws unless the value is a place. */
export function checkPlace(value: unknown, what: string): asserts value is AddressPlace {
  if (typeof value === "string") return checkWord(value, WORDS, what);
  checkObject(value, what, "first, only, or an object with a key, a field or a path");
  if ("field" in value) {
    const { field, of, separator } = value as { field: unknown; of?: unknown; separator?: unknown };
    checkInteger(field, `${what}.field`, { least: 1, most: MAX_FIELDS });
    if (of !== undefined) checkInteger(of, `${what}.of`, { least: 1, most: MAX_FIELDS });
    if (separator !== undefined) checkWord(separator, SEPARATORS, `${what}.separator`);
  } else if ("path" in value) checkText(value.path, `${what}.path`);
  else checkText("key" in value ? value.key : undefined, `${what}.key`);
}

const encoder = new TextEncoder();

/** Writes a place to the core's memory (layout in assembly/places.ts), and returns its address. */
export function putPlace(instance: Instance, place: AddressPlace): number {
  if (place === "first" || place === "only")
    return instance.put(Uint32Array.of(place === "only" ? 1 : 0, 0, 0, 0, 0, 0));
  if ("field" in place) {
    const { field, of = 0, separator } = place;
    return instance.put(Uint32Array.of(3, field, of, separator?.charCodeAt(0) ?? 0, 0, 0));
  }
  const key = encoder.encode("path" in place ? place.path : place.key);
  return instance.put(Uint32Array.of("path" in place ? 4 : 2, 0, 0, 0, instance.put(key), key.length));
}
