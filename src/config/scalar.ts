// Resolves YAML scalars as the established agent does: YAML 1.1 as in go-yaml v2 (resolve.go); and JSON scalars.
// This module is browser-compatible.

export type Value = null | boolean | number | string;

const WORDS = new Map<string, Value>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

/**
 * The value of an unquoted YAML scalar: `yes` is true, `0100`, `0o100` and `0x40` are 64, `1_000` is 1000, `64.0` is 64.
 * Base 60 (`1:30`) stays a string, as in go-yaml.
 */
export function resolveYaml(source: string): Value {
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  if (!/^[-+.\d]/.test(source)) return source;
  const plain = source.replaceAll("_", "");
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/s.exec(plain) ?? [];
  const negative = sign === "-" ? -1 : 1;
  if (/^0[xX][\da-fA-F]+$|^0[bB][01]+$|^0[oO][0-7]+$/.test(digits)) return negative * Number(digits.toLowerCase());
  if (/^0[0-7]+$/.test(digits)) return negative * Number.parseInt(digits, 8);
  if (/^(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(digits)) return negative * Number(digits);
  return source;
}

/** The value of an unquoted JSON word; undefined if it is not valid JSON. */
export function resolveJson(source: string): Value | undefined {
  if (source === "true" || source === "false") return source === "true";
  if (source === "null") return null;
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(source) ? Number(source) : undefined;
}
