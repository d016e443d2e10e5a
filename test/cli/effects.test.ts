// Changes on a terminal: what they mean, how many there are, and what to run next.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Transaction } from "../../src/backends/index.ts";
import { printNextStep, printTransaction } from "../../src/cli/effects.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import type { Io } from "../../src/cli/io.ts";
import { settingsOf } from "../../src/cli/settings.ts";
import { parseConfig } from "../../src/config/index.ts";
import { compilePolicy, type FamilyPolicy } from "../../src/policy/index.ts";
import { capturedIo } from "./captured-io.ts";

/** The output of `work`. */
function printed(work: (io: Io) => void, colored = false): string {
  const { io, printed } = capturedIo({ colored });
  work(io);
  return printed();
}

/** A config without entries. */
const QUIET = { nonMasqueradeCIDRs: [], masqLinkLocal: true, masqLinkLocalIPv6: true, cidrLimit: 1000 };

function policyOf(config: object, family: "ipv4" | "ipv6" = "ipv4"): FamilyPolicy {
  const text = JSON.stringify({ ...QUIET, ...config });
  const parsed = parseConfig(text, { file: "test", ipv6: true, reservedRanges: false });
  if (!parsed.config) throw new Error(JSON.stringify(parsed.diagnostics));
  const options = { chain: "X", ipv6: true, randomFully: true, ports: [] };
  const found = compilePolicy(parsed.config, options).find((one) => one.family === family);
  if (!found) throw new Error(family);
  return found;
}

/** A transaction from one policy to another; from none if that is undefined. */
function transaction(before: FamilyPolicy | undefined, after: FamilyPolicy): Transaction {
  const meaning = { before, why: "chain X does not exist", after, hasEntries: true, others: [] };
  const changes = [{ op: "add", kind: "rule", line: "-A X -j MASQUERADE" } as const];
  const counts = { added: 1, removed: 0, kept: 4 };
  return { family: after.family, text: "", changes, counts, meaning: () => meaning };
}

const view = { unit: "rules", leftovers: [], showsRules: false };

test("a long list is cut, and no line is wider than a terminal", () => {
  const many = Array.from({ length: 117 }, (_, i) => `10.0.${2 * i}.0/24`);
  const long = policyOf(
    { snat: [{ destinationCIDRs: ["2001:db8::/33"], to: "2001:db8:1:2:3:4:5:1001-2001:db8:1:2:3:4:5:1009" }] },
    "ipv6",
  );
  const cases: [FamilyPolicy | undefined, FamilyPolicy, lines: RegExp][] = [
    [
      policyOf({ nonMasqueradeCIDRs: many }),
      policyOf({}),
      /^ {2}… and 97 more\n {2}rules: 1 to add, 0 to remove, 4 to stay\n$/m,
    ],
    [
      undefined,
      policyOf({ nonMasqueradeCIDRs: many }),
      /^ {2}The agent masquerades nothing now: chain X does not exist\.\n {2}\+ 10/,
    ],
    [
      policyOf({}, "ipv6"),
      long,
      /^ {2}~ 2001:db8::\/33 \(2\^95 addresses\): masqueraded → translated to\n {4}2001:db8/m,
    ],
    [
      policyOf({ nonMasqueradeCIDRs: ["2001:db8::1111:2222:3333:1/128", "::/1"] }, "ipv6"),
      policyOf(
        {
          nonMasqueradeCIDRs: ["2001:db8:ffff:1111:2222:3333:4444:0/125", "::/1"],
          masqueradeCIDRs: ["2001:db8:ffff:1111:2222:3333:4444:2/127"],
        },
        "ipv6",
      ),
      /addresses/,
    ],
  ];
  for (const [before, after, expected] of cases) {
    const text = printed((io) => printTransaction(transaction(before, after), view, io));
    assert.match(text, expected);
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  }
});

test("colours, rules, and rules of another backend that are still in force", () => {
  const change = transaction(policyOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] }), policyOf({ nonMasqueradeCIDRs: [] }));
  const yellow = "\x1b[33m  ~ 10.0.0.0/8 (16,777,216 addresses): kept → masqueraded\x1b[39m\n";
  const text = printed((io) => printTransaction(change, { ...view, showsRules: true }, io), true);
  assert.is(text, `${yellow}  rules: 1 to add, 0 to remove, 4 to stay\n\x1b[32m+ -A X -j MASQUERADE\x1b[39m\n`);
  const leftovers = [{ family: "ipv4", backend: "nftables", transaction: change } as const];
  const first = printed((io) => printTransaction(transaction(undefined, policyOf({})), { ...view, leftovers }, io));
  assert.match(
    first.replace(/\n +/g, " "),
    /^ {2}Not in force yet: chain X does not exist\. Until then, the leftover rules listed below stay in force\. /,
  );
});

test("what to run next", () => {
  const agent = { pid: 7, flags: [], hasConfig: true };
  const cases: [line: string, agent: typeof agent | undefined, expected: string][] = [
    ["--exit-code --output=text --color=never", undefined, "Run ip-masq-agent apply to apply them.\n"],
    [
      "--config=a --config=b --enable-ipv6",
      undefined,
      "Run ip-masq-agent apply --config=a --config=b --enable-ipv6 to apply them.\n",
    ],
    ["--config=it's", undefined, "Run ip-masq-agent apply '--config=it'\\''s' to apply them.\n"],
    [
      `--config=/etc/${"x".repeat(60)}`,
      undefined,
      `To apply them, run:\n  ip-masq-agent apply --config=/etc/${"x".repeat(60)}\n`,
    ],
    ["", agent, "The agent on this node (pid 7) makes these changes at its next sync.\n"],
    ["--config=mine", { ...agent, hasConfig: false }, "Run ip-masq-agent apply --config=mine to apply them.\n"],
  ];
  for (const [line, adopted, expected] of cases) {
    const settings = settingsOf(parseFlags(line === "" ? [] : line.split(" ")), adopted);
    assert.is(
      printed((io) => printNextStep(settings, io)),
      expected,
      line,
    );
  }
});

test.run();
