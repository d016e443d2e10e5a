// The messages that the docs quote are those of the source. A message has parts that vary, so this compares pairs of words: each
// word must stand next to its neighbour on one side in a string of the source too.
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inlineCodeOf, nameOf } from "./pages.ts";

/** Without comments. */
const SOURCE = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("preview/"))
  .map((name) => readFileSync(`src/${name}`, "utf8"))
  .join("\n")
  .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
  .replace(/\s+/g, " ");

/** Messages of other programs: the kernel, iptables, Deno. */
const FOREIGN = /^(nf_conntrack: table full|Permission denied|Table does not exist|Requires )/;

/** Commands and names, not messages. */
const OTHER =
  /^(--|explain |kubectl |kube-proxy |helm |npm |jq |sysctl |modprobe |conntrack |curl |doctor |vmap |nft (add|delete|list) |ip6?tables(-\w+)? -|ip-masq-agent [a-z]+( |$)(?!maintains))/;

/** Words that vary: numbers, and what messages name. */
const VARIES = /[…\d(){}]|^(ipv4|IPv6|by|nft|ip6?tables|nftables|iptables-nft|windows-cni|Docker|Linux|POSTROUTING)\b/;

/** Messages whose words are put together from smaller parts. */
const COMPOSED = [
  "config: 2 CIDRs, resync every 1m0s",
  "iptables-nft ipv4: rules: 1 added, 0 removed, 4 kept",
  "ipv4 (iptables-nft): removed: chain IP-MASQ-AGENT and 5 rules",
  "… log lines dropped",
];

/**
 * The words of a message that no string of the source has next to a neighbour. A word between parts that vary, or at a colon, may
 * have none there, but must be in the source.
 */
function strangeWords(message: string): string[] {
  const words = message.split(" ");
  const stand = (one = " ", other = " ") => SOURCE.includes(`${one} ${other}`.replace(/[:;,]$/, ""));
  const isApart = (i: number) =>
    [words[i - 1], words[i + 1]].some((word) => word && VARIES.test(word)) ||
    /[:;]$/.test(words[i] ?? "") ||
    /[:;]$/.test(words[i - 1] ?? "");
  const isThere = (word: string, i: number) => isApart(i) && SOURCE.includes(word.replace(/[:;,]$/, ""));
  return words.filter(
    (word, i) => !VARIES.test(word) && !stand(words[i - 1], word) && !stand(word, words[i + 1]) && !isThere(word, i),
  );
}

for (const page of ["docs/metrics.md", "docs/troubleshooting.md"]) {
  test(`${page}: the messages that it quotes are those of the source`, () => {
    let compared = 0;
    for (const { text, ...place } of inlineCodeOf(page)) {
      if (text.split(" ").length < 3 || FOREIGN.test(text) || OTHER.test(text) || COMPOSED.includes(text)) continue;
      compared++;
      assert.equal(strangeWords(text), [], `${nameOf({ page, line: place.line })}: ${text}`);
    }
    assert.ok(compared > 10, `${compared}`);
  });
}

test("a message that no source has is found", () => {
  assert.equal(strangeWords("open connections: 12 keep an ancient treatment"), ["ancient", "treatment"]);
});

test.run();
