// The error for a text that is not a valid CIDR or address.
// This module is browser-compatible.
import type { NoPrefix, PrefixProblem } from "./record.ts";

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
/** What to write instead. */
export const SAMPLES: Readonly<Record<Wanted, string>> = {
  prefix: "an address and a length, such as 10.0.0.0/8",
  address: "one such as 10.1.2.3 or 2001:db8::1",
  either: "one such as 10.0.0.0/8, 10.1.2.3 or 2001:db8::/32",
};

/** What is wrong, in words. */
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
