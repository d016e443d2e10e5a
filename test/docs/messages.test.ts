// Messages quoted in the docs are in the source, and the rows of measurements are those of the bench.
import { readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { blocksOf, inlineCodeOf, nameOf } from "./pages.ts";
import { strangeWords, textsOf } from "./strange-words.ts";

const SOURCE = textsOf(
  readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("preview/"))
    .map((name) => `src/${name}`),
);

/** Messages of other programs: the kernel, iptables, Deno. */
const FOREIGN = /^(nf_conntrack: table full|Permission denied|Table does not exist|Requires )/;

/** Commands and names, not messages. */
const OTHER =
  /^(--|explain |kubectl |kube-proxy |helm |npm |jq |sysctl |modprobe |conntrack |curl |doctor |vmap |nft (add|delete|list) |ip6?tables(-\w+)? -|ip-masq-agent [a-z]+( |$)(?!maintains))/;

/** Messages that are composed of smaller parts. */
const COMPOSED = [
  "config: 2 CIDRs, resync every 1m0s",
  "iptables-nft ipv4: rules: 1 added, 0 removed, 4 kept",
  "ipv4 (iptables-nft): removed: chain IP-MASQ-AGENT and 5 rules",
  "… log lines dropped",
];

for (const page of ["docs/metrics.md", "docs/troubleshooting.md"]) {
  test(`${page}: the quoted messages are in the source`, () => {
    let compared = 0;
    for (const { text, ...place } of inlineCodeOf(page)) {
      if (text.split(" ").length < 3 || FOREIGN.test(text) || OTHER.test(text) || COMPOSED.includes(text)) continue;
      compared++;
      assert.equal(strangeWords(text, SOURCE), [], `${nameOf({ page, line: place.line })}: ${text}`);
    }
    assert.ok(compared > 10, `${compared}`);
  });
}

test("docs/performance.md: the titles and rows of its measurements are those that npm run bench prints", () => {
  const bench = textsOf(
    readdirSync("bench")
      .filter((name) => name.endsWith(".mjs"))
      .map((name) => `bench/${name}`),
  );
  for (const block of blocksOf("docs/performance.md")) {
    for (const line of block.text.split("\n")) {
      const [, label = ""] = /^ *(\S+(?: \S+)*)/.exec(line) ?? [];
      if (/^(\d{4}-\d\d-\d\d, |node v|-+$|$)/.test(label)) continue;
      assert.equal(strangeWords(label, bench), [], `${nameOf(block)}: ${label}`);
    }
  }
});

test("a message that is in no source is found", () => {
  assert.equal(strangeWords("open connections: 12 keep an ancient treatment", SOURCE), ["ancient", "treatment"]);
});

test.run();
