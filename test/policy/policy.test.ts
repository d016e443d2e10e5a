import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaultConfig, parseConfig } from "../../src/config/index.ts";
import {
  checkChainName,
  compilePolicy,
  decide,
  formatVerdict,
  type Packet,
  parsePorts,
} from "../../src/policy/index.ts";

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

/** The policy's decisions about packets: the verdict, the rule's CIDR, and what it depends on or why the packet is outside. */
function say(text: string, packets: readonly (Packet | string)[], options = OPTIONS): string[] {
  const { config, diagnostics } = parseConfig(text, { file: "c", ipv6: true, reservedRanges: false });
  assert.ok(config, JSON.stringify(diagnostics));
  const policy = compilePolicy(config, options);
  const asked = packets.map((packet) => (typeof packet === "string" ? { destination: packet } : packet));
  return decide(policy, asked).map((decision) => {
    if (!decision) return "not an address";
    const { verdict, rule, dependsOn, outside } = decision;
    const on = [...dependsOn.map((part) => `if ${part}`), ...(outside ? [`outside ${outside}`] : [])];
    return [formatVerdict(verdict), rule?.prefix.network ?? "-", ...on].join(" ");
  });
}

test("the longest prefix decides", () => {
  const text = "nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.0.0/16, 'fd00::/8', 169.254.1.0/24]";
  const addresses = ["10.1.2.3", "10.2.2.3", "8.8.8.8", "169.254.1.1", "fd00::1", "fe80::1", "2001:db8::1", "nonsense"];
  assert.equal(say(text, [...addresses, "10.0.0.0/8"]), [
    "keep 10.1.0.0/16",
    "keep 10.0.0.0/8",
    "masquerade -",
    "keep 169.254.1.0/24",
    "keep fd00::/8",
    "keep fe80::/10",
    "masquerade -",
    "not an address",
    "not an address",
  ]);
});

test("a family that the agent does not maintain is never masqueraded", () => {
  const { config } = defaultConfig({ ipv6: false, reservedRanges: false });
  assert.ok(config);
  const [decision] = decide(compilePolicy(config, { ...OPTIONS, ipv6: false }), [{ destination: "2001:db8::1" }]);
  assert.equal([decision?.verdict.kind, decision?.managed], ["keep", false]);
});

test.run();
