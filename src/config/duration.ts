// Go durations: time.ParseDuration and Duration.String (src/time/format.go, time.go).
// This module is browser-compatible.

/** Nanoseconds per unit; both spellings of micro (U+00B5 and U+03BC) are in use. */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const MAX = 1n << 63n;

/** The positive durations that {@link parseDuration} accepts, as a regular expression for editors. */
export const POSITIVE_DURATION = `^\\+?(([0-9]+\\.?[0-9]*|\\.[0-9]+)(${Object.keys(UNITS).join("|")}))+$`;

/** A duration in nanoseconds, or why the text is not one. */
export type ParsedDuration =
  | { readonly ok: true; readonly ns: bigint }
  | { readonly ok: false; readonly problem: "syntax" | "range" | "no-unit" | "bad-unit"; readonly unit?: string };

/**
 * Parses what Go's `time.ParseDuration` does: `60s`, `1h15m30.5s`, `-5s`, `0`. Fractions are rounded down to whole
 * nanoseconds with the same floating-point operations as in Go.
 */
export function parseDuration(text: string): ParsedDuration {
  const negative = text.startsWith("-");
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return { ok: true, ns: 0n };
  if (rest === "") return { ok: false, problem: "syntax" };
  let total = 0n;
  while (rest !== "") {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest);
    const whole = number?.[1] ?? "";
    const fraction = number?.[2] ?? "";
    if (whole === "" && fraction === "") return { ok: false, problem: "syntax" };
    rest = rest.slice(number?.[0].length);
    const name = /^[^.\d]*/.exec(rest)?.[0] ?? "";
    if (name === "") return { ok: false, problem: "no-unit" };
    const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
    if (unit === undefined) return { ok: false, problem: "bad-unit", unit: name };
    rest = rest.slice(name.length);
    // Converting a million digits takes quadratic time, and more than 20 are out of range with any unit.
    const digits = whole.replace(/^0+(?=\d)/, "");
    if (digits.length > 20) return { ok: false, problem: "range" };
    const units = BigInt(digits || 0);
    if (units > MAX / unit) return { ok: false, problem: "range" };
    total += units * unit + fractionOf(fraction, unit);
    if (total > MAX) return { ok: false, problem: "range" };
  }
  if (negative) return { ok: true, ns: -total };
  return total === MAX ? { ok: false, problem: "range" } : { ok: true, ns: total };
}

/** Go keeps as many digits as fit in 63 bits and scales them in float64. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (MAX - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > MAX) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** The duration as Go prints it: `1m0s`, `1h15m30.5s`, `100µs`, `0s`. */
export function formatDuration(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const sign = ns < 0n ? "-" : "";
  if (size === 0n) return "0s";
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = decimal(size % 60_000_000_000n, 1_000_000_000n);
  const hours = minutes / 60n;
  return `${sign}${hours > 0n ? `${hours}h` : ""}${minutes > 0n ? `${minutes % 60n}m` : ""}${seconds}s`;
}

function decimal(value: bigint, unit: bigint): string {
  const digits = String(value % unit).padStart(String(unit).length - 1, "0");
  return `${value / unit}.${digits}`.replace(/\.?0+$/, "");
}
