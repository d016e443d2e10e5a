// Finds texts in the docs that no program prints. Messages have parts that vary, so pairs of words are compared: each word must have
// one of its neighbours in the program's source too.
import { readFileSync } from "node:fs";

/** The sources, without comments and line breaks. */
export const textsOf = (files: readonly string[]): string =>
  files
    .map((file) => readFileSync(file, "utf8"))
    .join("\n")
    .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
    .replace(/\s+/g, " ");

/** Words that vary: numbers, and what messages name. */
const VARIES = /[…\d(){}]|^(ipv4|IPv6|by|nft|ip6?tables|nftables|iptables-nft|windows-cni|Docker|Linux|POSTROUTING)\b/;

/**
 * The words of a message that no string of the source has next to a neighbour. A word alone, beside a part that
 * varies or at a comma or colon may have none there, but must be in the source.
 */
export function strangeWords(message: string, source: string): string[] {
  const words = message.split(" ");
  const stand = (one = " ", other = " ") => source.includes(`${one} ${other}`.replace(/[:;,]$/, ""));
  const isApart = (i: number) =>
    words.length === 1 ||
    [words[i - 1], words[i + 1]].some((word) => word && VARIES.test(word)) ||
    /[:;,]$/.test(words[i] ?? "") ||
    /[:;,]$/.test(words[i - 1] ?? "");
  const isThere = (word: string, i: number) => isApart(i) && source.includes(word.replace(/[:;,]$/, ""));
  return words.filter(
    (word, i) => !VARIES.test(word) && !stand(words[i - 1], word) && !stand(word, words[i + 1]) && !isThere(word, i),
  );
}
