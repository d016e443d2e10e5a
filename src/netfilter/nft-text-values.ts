// Parses right-hand sides and set elements in nft's text into the form that nft's JSON has.
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

/** Reads `accept`, `jump X`; returns undefined and takes no word if the next word is not a verdict. */
export function readVerdictWords(words: Words): Json | undefined {
  const verdict = words.take(...VERDICTS);
  if (verdict !== undefined) return { [verdict]: null };
  const jump = words.take("jump", "goto");
  return jump === undefined ? undefined : { [jump]: { target: bare(words.next()) } };
}

/** Statements that an element may have, with the number of words that follow them. */
const ELEMENT_STATEMENTS: Readonly<Record<string, number>> = { counter: 4, timeout: 1, expires: 1, comment: 1 };

/** Reads a value, with other values that dots join to it, and skips the element's statements. */
function readElementKey(words: Words): Json {
  const parts = [readWord(words.next())];
  while (words.take(".") !== undefined) parts.push(readWord(words.next()));
  for (let count = ELEMENT_STATEMENTS[words.peek()]; count !== undefined; count = ELEMENT_STATEMENTS[words.peek()]) {
    // A counter may have no numbers.
    const name = words.next();
    if (name !== "counter" || words.peek() === "packets") for (let i = 0; i < count; i++) words.next();
  }
  return parts.length > 1 ? { concat: parts } : (parts[0] ?? null);
}

/** Reads set elements or map pairs up to the closing brace. The opening brace has been taken. */
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

/** Reads `{ … }`, `@name`, a value, or several with commas, of which any bit matches. */
export function readRight(words: Words): Json {
  if (words.take("{") !== undefined) return { set: readElements(words) };
  const values = [readWord(words.next())];
  while (words.take(",") !== undefined) values.push(readWord(words.next()));
  const [only = null, more] = values;
  return more === undefined ? only : values;
}
