// Parses a rule in nft's text into the expressions that nft's JSON would have for it.
// This module is browser-compatible.
import { type Json, memberOf } from "./nft-json.ts";
import { readRight, readVerdictWords, readWord } from "./nft-text-values.ts";
import { bare, Words, wordsOf } from "./nft-text-words.ts";

/** Headers whose fields a rule may match. */
const HEADERS = ["ip", "ip6", "tcp", "udp", "udplite", "sctp", "dccp", "th", "icmp", "icmpv6"];

/** Keys that may be written without `meta`. */
const META = ["iifname", "oifname", "iif", "oif", "mark", "iiftype", "oiftype", "skuid", "skgid"];

export interface TextRule {
  readonly expressions: readonly Json[];
  readonly comment: string | undefined;
}

/** Reads a rule. An unknown word and all that follows it become one unknown expression, which may do anything. */
export function readRuleText(line: string): TextRule {
  const [, text = line, remark] = /^((?:[^"#]|"(?:[^"\\]|\\.)*")*?)\s*#\s*(.*)$/.exec(line) ?? [];
  const words = new Words(wordsOf(text));
  const expressions: Json[] = [];
  let comment: string | undefined;
  while (!words.isAtEnd()) {
    if (words.take("comment") !== undefined) comment = bare(words.next());
    else {
      const expression = readStatement(words);
      expressions.push(expression ?? { [`nft ${words.peek()}`]: null });
      if (!expression) break;
    }
  }
  // The options of an iptables extension are at best in a comment.
  const [, extension] = /\bxt_(\w+)/.exec(remark ?? "") ?? [];
  if (extension !== undefined) expressions.unshift({ xt: { type: "match", name: extension } });
  return { expressions, comment };
}

/** Returns undefined and takes no word if the next word is not known. */
function readStatement(words: Words): Json | undefined {
  const verdict = readVerdictWords(words);
  if (verdict !== undefined) return verdict;
  switch (words.peek()) {
    case "counter":
      words.next();
      if (words.peek() === "packets") for (let i = 0; i < 4; i++) words.next();
      return { counter: null };
    case "log":
      return skip(words, ["log", "prefix", "level", "group", "flags", "snaplen", "queue-threshold"]);
    case "limit":
      return skip(words, ["limit", "rate", "over", "burst", "packets", "bytes"]);
    case "masquerade":
      words.next();
      skipFlags(words);
      return { masquerade: null };
    case "snat":
      return readSnatWords(words);
    case "xt":
      words.next();
      return { xt: { type: words.next(), name: bare(words.next()) } };
  }
  return readComparison(words);
}

/** Takes all these words with their values. */
function skip(words: Words, names: readonly string[]): Json {
  const kind = words.peek();
  const isPart = () => names.includes(words.peek()) || /^"|^\d/.test(words.peek());
  while (!words.isAtEnd() && isPart()) {
    const name = words.next();
    if (["level", "flags"].includes(name)) words.next();
  }
  return { [kind]: null };
}

const FLAGS = ["random", "fully-random", "persistent", "prefix", "netmap", ","];

function skipFlags(words: Words): void {
  if (words.peek() === "to" && words.peek(1).startsWith(":")) {
    words.next();
    words.next();
  }
  while (words.take(...FLAGS) !== undefined);
}

/** `snat to 10.0.0.1-10.0.0.9:1024-2000`, `snat ip to ip saddr map { … }`. */
function readSnatWords(words: Words): Json {
  words.next();
  const family = words.take("ip", "ip6");
  const isPrefix = words.take("prefix") !== undefined;
  words.take("to");
  const key = readLeft(words);
  const addr = key === undefined ? translationOf(words.next()) : words.take("map") ? mapOf(key, words) : key;
  const isNetmap = isPrefix || words.peek() === "netmap";
  skipFlags(words);
  return { snat: { ...(family ? { family } : {}), addr, ...(isNetmap ? { type_flags: "prefix" } : {}) } };
}

/** Reads the addresses and ignores the ports. */
const translationOf = (word: string): Json =>
  readWord(word.replace(/^\[(.*)\](?::\d.*)?$/, "$1").replace(/^(\d+(?:\.\d+){3}(?:-\d+(?:\.\d+){3})?):\d.*$/, "$1"));

function mapOf(key: Json, words: Words): Json {
  return { map: { key, data: readRight(words) } };
}

/** Reads a match, a verdict map, or a statement that sets a value. */
function readComparison(words: Words): Json | undefined {
  const left = readLeft(words);
  if (left === undefined) return undefined;
  if (words.take("vmap") !== undefined) return { vmap: { key: left, data: readRight(words) } };
  if (words.take("set") !== undefined) return { mangle: { key: left, value: readBits(words) } };
  // Without an operator, any of the bits matches.
  const op = words.take("==", "!=", "<", ">", "<=", ">=") ?? (isBits(left) ? "in" : "==");
  return { match: { op, left, right: readRight(words) } };
}

const isBits = (left: Json): boolean => /^(state|status)$/.test(String(memberOf(memberOf(left, "ct"), "key")));

/** Reads `ip saddr`, `ip saddr . tcp dport`, `meta mark & 0xff`; returns undefined and takes no word if there is none. */
function readLeft(words: Words): Json | undefined {
  const first = readField(words);
  if (first === undefined) return undefined;
  const parts = [first];
  while (words.take(".") !== undefined) parts.push(readField(words) ?? words.next());
  const left: Json = parts.length > 1 ? { concat: parts } : first;
  return words.take("&", "and") === undefined ? left : { "&": [left, readWord(words.next())] };
}

function readField(words: Words): Json | undefined {
  const word = words.peek();
  if (HEADERS.includes(word)) {
    words.next();
    return { payload: { protocol: word, field: words.next() } };
  }
  if (META.includes(word)) return { meta: { key: words.next() } };
  if (word === "meta") {
    words.next();
    return { meta: { key: words.next() } };
  }
  if (word === "ct") {
    words.next();
    const dir = words.take("original", "reply");
    const family = words.take("ip", "ip6");
    const key = words.next();
    return { ct: { key: family ? `${family} ${key}` : key, ...(dir ? { dir } : {}) } };
  }
  if (word === "numgen") {
    const [, mode, , mod] = [words.next(), words.next(), words.next(), words.next()];
    if (words.take("offset") !== undefined) words.next();
    return { numgen: { mode: mode ?? "", mod: mod ?? "" } };
  }
  if (word !== "fib") return undefined;
  words.next();
  const flags = [words.next()];
  while (words.take(".") !== undefined) flags.push(words.next());
  return { fib: { flags, result: words.next() } };
}

/** `0x4000`, `meta mark | 0x4000`, `ct mark and 0xff xor 0x1`. */
function readBits(words: Words): Json {
  const operand = (): Json => readField(words) ?? readWord(words.next());
  let bits = operand();
  for (let operator = takeOperator(words); operator !== undefined; operator = takeOperator(words)) {
    bits = { [operator]: [bits, operand()] };
  }
  return bits;
}

const OPERATORS: Readonly<Record<string, string>> = { and: "&", or: "|", xor: "^", "&": "&", "|": "|", "^": "^" };

function takeOperator(words: Words): string | undefined {
  const operator = OPERATORS[words.peek()];
  if (operator !== undefined) words.next();
  return operator;
}
