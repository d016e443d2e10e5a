// New inputs from existing ones.
import type { Random } from "../../test/random-of.ts";

/** Characters that are difficult for parsers: in syntax, in line breaks, in encodings, and half a surrogate pair. */
const CHARACTERS = [
  ..." \t\n\r\0\"'\\/:;,.-+*!#%&@|<>()[]{}=~0129afAFxX\u0085\u00a0\u2028\ufeff\u00e9\ud800\u{1f600}",
  "\r\n",
  "::",
];
const NUMBERS = [
  "0",
  "00",
  "-1",
  "1",
  "31",
  "32",
  "33",
  "128",
  "129",
  "255",
  "256",
  "65535",
  "65536",
  "4294967296",
  "1e9",
];

type Mutation = (text: string, random: Random, dictionary: readonly string[], other: string) => string;

/** Two positions in a text, not far from each other. */
function span(text: string, random: Random): [number, number] {
  const from = random.below(text.length + 1);
  return [from, Math.min(text.length, from + 1 + random.below(random.chance(0.8) ? 12 : text.length + 1))];
}
const lines = (text: string) => text.split("\n");

const MUTATIONS: readonly Mutation[] = [
  (text, random, dictionary) => insert(text, random, random.pick(dictionary)),
  (text, random, dictionary) => {
    const [from, to] = span(text, random);
    return text.slice(0, from) + random.pick(dictionary) + text.slice(to);
  },
  (text, random) => insert(text, random, random.pick(CHARACTERS)),
  (text, random) => {
    const [from, to] = span(text, random);
    return text.slice(0, from) + text.slice(to);
  },
  (text, random) => {
    const [from, to] = span(text, random);
    return text.slice(0, to) + text.slice(from, to).repeat(1 + random.below(3)) + text.slice(to);
  },
  (text, random) => {
    const numbers = [...text.matchAll(/\d+/g)];
    const { 0: found = "", index = 0 } = numbers.length > 0 ? random.pick(numbers) : { 0: "", index: 0 };
    return text.slice(0, index) + random.pick(NUMBERS) + text.slice(index + found.length);
  },
  (text, random) => {
    const all = lines(text);
    const [from, to] = [random.below(all.length), random.below(all.length)];
    all.splice(to, 0, ...all.splice(from, 1));
    return all.join("\n");
  },
  (text, random) =>
    lines(text)
      .toSpliced(random.below(lines(text).length), 1)
      .join("\n"),
  (text, random, _, other) => insert(text, random, random.pick(lines(other))),
  (text, random, _, other) =>
    text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1)),
];

function insert(text: string, random: Random, piece: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

/** The maximum length of an input. The properties are about shape; other tests cover large inputs. */
const MOST_CHARACTERS = 4_000;

/** A text with one to six changes, some of which may join it with another text. */
export function mutate(text: string, other: string, random: Random, dictionary: readonly string[]): string {
  let mutated = text;
  for (let left = 1 + random.below(random.chance(0.7) ? 2 : 6); left > 0; left--) {
    mutated = random.pick(MUTATIONS)(mutated, random, dictionary, other);
  }
  return mutated.slice(0, MOST_CHARACTERS);
}

/** The shortest text found that still fails, by leaving out pieces. */
export async function shrink(text: string, fails: (text: string) => Promise<boolean>): Promise<string> {
  let best = text;
  for (let size = Math.ceil(best.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length; ) {
      const shorter = best.slice(0, at) + best.slice(at + size);
      if (shorter !== best && (await fails(shorter))) best = shorter;
      else at += size;
    }
  }
  return best;
}
