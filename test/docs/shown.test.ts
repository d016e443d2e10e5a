// Each block of output that is shown without its command is compared with the output of the commands that produce it.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseConfig } from "../../src/config/index.ts";
import { compilePolicy, decide, type Verdict } from "../../src/policy/index.ts";
import { kernelTest } from "../kernel/harness.ts";
import { blocksOf, nameOf } from "./pages.ts";
import { runScript } from "./sandbox.ts";

/** Pages whose output a test can compare, and by the beginning of a block the commands that print it. */
const FOREIGN_RULE = "-s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE";
const PRINTED: readonly (readonly [page: string, begin: string, script: string])[] = [
  [
    "docs/configuration.md",
    "using the flags",
    `ip-masq-agent --masq-chain=MYMASQ 2>log &
     until grep -q 'rules: ' log; do sleep 0.02; done
     ip-masq-agent status 2>&1 >/dev/null | sed 's/pid [0-9]*/pid 1/'`,
  ],
  [
    "docs/configuration.md",
    "ipv4 (iptables-nft):",
    `printf 'nonMasqueradeCIDRs: [10.0.0.0/8, 192.168.0.0/16]' | ip-masq-agent apply --config=- >/dev/null
     iptables-nft -t nat -A IP-MASQ-AGENT -d 10.9.0.0/16 -j ACCEPT
     printf 'nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.0.0/16]' >config.yaml
     ip-masq-agent plan --config=config.yaml`,
  ],
  [
    "docs/doctor.md",
    "ok       config",
    // Times, versions and sizes of the machine become those of the page.
    `echo 1 >/proc/sys/net/ipv4/ip_forward
     ip-masq-agent apply >/dev/null
     iptables-nft -t nat -I POSTROUTING ${FOREIGN_RULE}
     ip-masq-agent doctor | sed --null-data '
       s/written [a-z0-9 ]* ago/written 2 minutes ago/
       s/Linux [^(]*(nf_tables)/Linux 6.18.0, nft 1.0.6, iptables 1.8.9 (nf_tables)/
       s/connections of [0-9]*/connections of 262144/'`,
  ],
  [
    "docs/doctor.md",
    "from 10.244.1.7;",
    `ip-masq-agent apply >/dev/null
     iptables-nft -t nat -I POSTROUTING ${FOREIGN_RULE}
     ip-masq-agent doctor --flow 10.244.1.7 10.1.2.3`,
  ],
  [
    "docs/how-masquerading-works.md",
    "-A POSTROUTING",
    `printf 'nonMasqueradeCIDRs: [10.0.0.0/8]' | ip-masq-agent apply --config=- >/dev/null
     iptables-nft-save -t nat | sed -n '/^-A/s/--comment "[^"]*"/--comment "…"/p'`,
  ],
];

/** Blocks of text that no command prints, by their page. */
const NOT_PRINTED: Readonly<Record<string, string>> = {
  "docs/architecture.md": "a drawing",
  "docs/performance.md": "measurements of npm run bench on the machine that each block names",
};

/** The block that is compared in a test of its own, below. */
const TREE = "10.0.0.0/8 ";

for (const [page, begin, script] of PRINTED) {
  kernelTest(`${page}: ${begin}`, async () => {
    const shown = blocksOf(page).filter(({ language, text }) => language === "text" && text.startsWith(begin));
    assert.is(shown.length, 1);
    const { stdout, stderr } = await runScript(script);
    assert.is(stdout, shown[0]?.text, stderr);
  });
}

const WORDS: Readonly<Record<Verdict["kind"], string>> = {
  keep: "kept",
  masquerade: "masqueraded",
  snat: "translated to 203.0.113.5",
};

test("docs/configuration.md: the tree of entries has the verdicts of nested.yaml", () => {
  const text = readFileSync("docs/examples/nested.yaml", "utf8");
  const { config } = parseConfig(text, { file: "nested.yaml", ipv6: false, reservedRanges: false });
  assert.ok(config);
  const policy = compilePolicy(config, { chain: "X", ipv6: false, randomFully: true, ports: [] });
  const tree = blocksOf("docs/configuration.md").find((block) => block.text.startsWith(TREE))?.text ?? "";
  const rows = tree.trimEnd().split("\n");
  const prefixes = policy.flatMap(({ rules }) => rules.map(({ prefix }) => prefix.network));
  assert.is(rows.length, prefixes.length + 1, "all entries, and the rest");
  for (const row of rows) {
    const [, entry = "", verdict] = /^[│├└─ ]*(\S+(?: \S+)*) {2,}(\S+(?: \S+)*) {2,}/.exec(row) ?? [];
    // No other entry contains the first address of one of these.
    const destination = entry === "everything else" ? "8.8.8.8" : (entry.split("/")[0] ?? "");
    const [decision] = decide(policy, [{ destination }]);
    assert.is(decision && WORDS[decision.verdict.kind], verdict, row);
    assert.is(decision?.rule?.prefix.network ?? "everything else", entry, row);
  }
});

test("each block of text is compared, or has a reason why it is not", () => {
  const pages = new Set([...PRINTED.map(([page]) => page), ...Object.keys(NOT_PRINTED)]);
  for (const block of [...pages].flatMap(blocksOf).filter(({ language }) => language === "text")) {
    const isCompared = PRINTED.some(([page, begin]) => page === block.page && block.text.startsWith(begin));
    assert.ok(isCompared || block.text.startsWith(TREE) || block.page in NOT_PRINTED, nameOf(block));
  }
});

test.run();
