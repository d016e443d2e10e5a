// Right-hand sides and elements of sets in nft's text, as nft's data has them.
// This module is browser-compatible.
import type { Json } from "./nft-json.ts";
import { bare, type Words } from "./nft-text-words.ts";

/** `10.0.0.1`, `10.0.0.0/8`, `53-80`, `eth0`, `@name`. */
export function readWord(word: string): Json {
  const text = bare(word);
  if (text !== word || text.startsWith("@")) return text;
  const [, addr, len] = /^([\da-f.:]+)\/(\d+)$/i.exec(text) ?? [];
  if (addr !== undefined) return { prefix: { addr, len: Number(len) } };
  const [, first, last] = /^([\da-f.:]+)-([\da-f.:]+)$/i.exec(text) ?? [];
  if (first !== undefined && last !== undefined) return { range: [first, last] };
  return text;
}

const VERDICTS = ["accept", "drop", "return", "continue"];

/** `accept`, `jump X`; undefined, with no word taken, if no verdict is next. */
export function readVerdictWords(words: Words): Json | undefined {
  const verdict = words.take(...VERDICTS);
  if (verdict !== undefined) return { [verdict]: null };
  const leap = words.take("jump", "goto");
  return leap === undefined ? undefined : { [leap]: { target: bare(words.next()) } };
}

/** Statements that an element may carry before its answer. */
const CARRIED: Readonly<Record<string, number>> = { counter: 4, timeout: 1, expires: 1, comment: 1 };

/** A value with the values that are joined to it by dots, and without what the element carries. */
function readElementKey(words: Words): Json {
  const parts = [readWord(words.next())];
  while (words.take(".") !== undefined) parts.push(readWord(words.next()));
  for (let carried = CARRIED[words.peek()]; carried !== undefined; carried = CARRIED[words.peek()]) {
    // A counter may stand without its numbers.
    const name = words.next();
    if (name !== "counter" || words.peek() === "packets") for (let i = 0; i < carried; i++) words.next();
  }
  return parts.length > 1 ? { concat: parts } : (parts[0] ?? null);
}

/** What stands between braces: elements, or pairs of a map. The opening brace has been taken. */
export function readElements(words: Words): readonly Json[] {
  const elements: Json[] = [];
  while (!words.isAtEnd() && words.take("}") === undefined) {
    const key = readElementKey(words);
    if (words.take(":") !== undefined) elements.push([key, readVerdictWords(words) ?? readElementKey(words)]);
    else elements.push(key);
    words.take(",");
  }
  return elements;
}

/** `{ … }`, `@name`, a value, or several with commas, of which any bit counts. */
export function readRight(words: Words): Json {
  if (words.take("{") !== undefined) return { set: readElements(words) };
  const values = [readWord(words.next())];
  while (words.take(",") !== undefined) values.push(readWord(words.next()));
  const [only = null, more] = values;
  return more === undefined ? only : values;
}
