import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaultConfig, parseConfig } from "../../src/config/index.ts";
import { checkChainName, decide, explain, parsePorts } from "../../src/policy/index.ts";

test("--to-ports", () => {
  const good: [string, [number, number][]][] = [
    ["", []],
    ["1024", [[1024, 1024]]],
    ["1-65535", [[1, 65535]]],
    [
      "1024-29999,32768-65535",
      [
        [1024, 29999],
        [32768, 65535],
      ],
    ],
  ];
  for (const [text, ranges] of good) {
    assert.equal(parsePorts(text), { ok: true, ranges: ranges.map(([first, last]) => ({ first, last })) }, text);
  }
  const bad: [string, RegExp][] = [
    ["42-41", /first is greater than last in "42-41"/],
    ["4x", /"4x" is not a port/],
    ["42, 43", /" 43" is not a port/],
    ["42-", /"42-" is not/],
    ["42-43-44", /"42-43-44" is not/],
    ["1024,", /a range is empty/],
    ["0-10", /port 0 .* 1 to 65535/],
    ["1024-65536", /port 65536/],
    ["+1", /not a port/],
  ];
  for (const [text, message] of bad) {
    const parsed = parsePorts(text);
    assert.is(parsed.ok, false, text);
    if (!parsed.ok) assert.match(parsed.message, message, text);
  }
});

test("--masq-chain", () => {
  for (const name of ["IP-MASQ-AGENT", "x", "a".repeat(28), "a:b", "Drop", "ACCEPTED"]) {
    assert.is(checkChainName(name), undefined, name);
  }
  const bad = ["", "a".repeat(29), "-a", "!a", "a b", "a\tb", "a\nb", 'a"b', "a'b", "a\\b", "é"];
  for (const name of [...bad, "POSTROUTING", "FORWARD", "RETURN", "MASQUERADE", "QUEUE", "KUBE-POSTROUTING"]) {
    assert.type(checkChainName(name), "string", name);
  }
});

const OPTIONS = { chain: "IP-MASQ-AGENT", ipv6: true, randomFully: true, ports: [] };

test("the first entry in the chain decides, as in the kernel", () => {
  const text = "nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.0.0/16, 'fd00::/8', 169.254.1.0/24]";
  const { config } = parseConfig(text, { file: "c", ipv6: true, reservedRanges: false });
  assert.ok(config);
  const policy = decide(config, OPTIONS);
  const addresses = [
    "10.1.2.3",
    "8.8.8.8",
    "169.254.1.1",
    "fd00::1",
    "fe80::1",
    "2001:db8::1",
    "nonsense",
    "10.0.0.0/8",
  ];
  const got = explain(policy, addresses).map((answer) => {
    return answer.ok
      ? `${answer.verdict} ${answer.entry?.prefix.network ?? "-"} ${answer.entry?.reason ?? "-"}`
      : "bad";
  });
  assert.equal(got, [
    "return 10.0.0.0/8 config",
    "masquerade - -",
    "return 169.254.0.0/16 link-local",
    "return fd00::/8 config",
    "return fe80::/10 link-local",
    "masquerade - -",
    "bad",
    "bad",
  ]);
});

test("a family that the agent does not keep is never masqueraded", () => {
  const { config } = defaultConfig({ file: "c", ipv6: false, reservedRanges: false });
  assert.ok(config);
  const [answer] = explain(decide(config, { ...OPTIONS, ipv6: false }), ["2001:db8::1"]);
  assert.ok(answer?.ok);
  assert.equal([answer.verdict, answer.managed], ["return", false]);
});

test.run();
