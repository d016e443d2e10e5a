// The JSON Schema of the config compared with the agent's own parser: editors must not mark anything that the agent accepts.
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CIDR_PATTERN } from "../../src/config/cidr-pattern.ts";
import { type Node, readDocument } from "../../src/config/document.ts";
import { POSITIVE_DURATION, parseDuration } from "../../src/config/duration.ts";
import { fieldsOf } from "../../src/config/fields.ts";
import { parseConfig } from "../../src/config/index.ts";
import { CONFIG_KEYS } from "../../src/config/keys.ts";
import { parsePrefixes } from "../../src/core/index.ts";
import { cidrVectors, durationVectors, rulesVectors } from "../fixtures.ts";

const schema = JSON.parse(readFileSync("dist/config.schema.json", "utf8"));
const takes = new Ajv({ allErrors: true }).compile(schema);

const agentTakes = (text: string, ipv6 = true) =>
  parseConfig(text, { file: "config", ipv6, reservedRanges: false }).config !== undefined;

const toData = (node: Node | undefined): unknown => {
  if (!node) return null;
  if (node.kind === "map") return Object.fromEntries(node.entries.map(({ key, value }) => [key, toData(value)]));
  return node.kind === "list" ? node.items.map(toData) : node.value;
};

/** The config as data, as the agent's YAML dialect reads it. Editors must mark keys in another case and unknown keys. */
function dataOf(text: string): unknown {
  const { root, isJson } = readDocument(text.replace(/^\uFEFF/, ""), () => {});
  const fields = fieldsOf(root, isJson, () => {});
  if (!root || !fields) return toData(root);
  return Object.fromEntries([...fields].map(([key, { value }]) => [key, toData(value)]));
}

test("the schema has the config's keys, and no others", () => {
  assert.equal(Object.keys(schema.properties), CONFIG_KEYS);
  assert.not.ok(takes({ nonMasqueradeCIDR: [] }));
  assert.not.ok(takes({ snat: [{ destinationCIDRs: [], to: "203.0.113.5", from: "10.0.0.0/8" }] }));
  assert.is(schema.properties.resyncInterval.default, "60s");
});

test("it accepts and refuses the same configs as the agent", () => {
  const good = [
    "nonMasqueradeCIDRs: [10.0.0.0/8, 0.0.0.0/0, 255.255.255.255/32, 192.168.0.0/16]",
    "nonMasqueradeCIDRs: ['::/0', 'fd00::/8', '2001:DB8::/32', '1:2:3:4:5:6:7:8/128', '64:ff9b::10.0.0.0/104']",
    "nonMasqueradeCIDRs: []\ncidrLimit: 0",
    "nonMasqueradeCIDRs: null\ncidrLimit: null\nmasqLinkLocal: null\nmasqLinkLocalIPv6: null",
    "cidrLimit: 9007199254740991",
    "masqLinkLocal: yes\ncidrLimit: 0100",
    "masqueradeCIDRs: [10.1.0.0/16]\nsourceCIDRs: [10.244.0.0/16, 'fd00::/64']\noutputInterfaces: [eth0, ens*, eth1.100, br-lan]",
    "masqueradeCIDRs: null\nsourceCIDRs: null\noutputInterfaces: null\nsnat: null",
    "snat: [{ destinationCIDRs: [198.51.100.0/24], to: 203.0.113.5 - 203.0.113.9 }]",
    "snat: [{ destinationCIDRs: ['2001:db8::/32'], to: '2001:db8::5-2001:db8::8' }, { destinationCIDRs: [], to: 203.0.113.5 }]",
    ...["60s", "100ms", "1h15m30.5s", "+5m", "1.s", ".5s", "100000us", "200000µs", "200000μs"].map(
      (text) => `resyncInterval: ${text}`,
    ),
    "# yaml-language-server: $schema=config.schema.json\nmasqLinkLocal: true",
  ];
  for (const text of good) {
    assert.ok(agentTakes(text), `the agent refuses ${text}`);
    assert.ok(takes(dataOf(text)), `${text}: ${JSON.stringify(takes.errors)}`);
  }
  const cidrs = [
    "10.0.0.0",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0/8",
    "256.0.0.0/8",
    "010.0.0.0/8",
    "fd00::",
    "fd00::/129",
  ];
  const bad = [
    ...[...cidrs, "fd00::/08", "fd00::%eth0/64", " 10.0.0.0/8", "null", "10"].map(
      (one) => `nonMasqueradeCIDRs: ['${one}']`,
    ),
    ...["[null]", "[10]", "10.0.0.0/8", "{}"].map((one) => `nonMasqueradeCIDRs: ${one}`),
    ...["60", "'60'", "1 minute", "60 s", "1d", "-5s", "0", "'0'", "s", "null", "''"].map(
      (one) => `resyncInterval: ${one}`,
    ),
    ...["-1", "64.5", "'64'", "9007199254740993", "x"].map((one) => `cidrLimit: ${one}\nnonMasqueradeCIDRs: null`),
    ...["'true'", "1"].map((one) => `masqLinkLocal: ${one}`),
    ...["masqueradeCIDRs: [10.0.0.0]", "masqueradeCIDRs: 10.0.0.0/8", "sourceCIDRs: [null]", "sourceCIDRs: {}"],
    ...["'*'", "eth+", "e*th", "''", "a b", "sixteen-letters-", "1"].map((one) => `outputInterfaces: [${one}]`),
    ...["203.0.113.0/24", "x", "''", "1-2-3", "5"].map((to) => `snat: [{ destinationCIDRs: [10.0.0.0/8], to: ${to} }]`),
    ...["[{}]", "{}", "[{ to: 203.0.113.5 }]", "[{ destinationCIDRs: [10.0.0.0/8] }]", "[null]", "x"].map(
      (one) => `snat: ${one}`,
    ),
    "- 10.0.0.0/8",
  ];
  for (const text of bad) {
    assert.not.ok(agentTakes(text), `the agent takes ${text}`);
    assert.not.ok(takes(dataOf(text)), `the schema takes ${text}`);
  }
});

test("it accepts every recorded config that the agent accepts", () => {
  const seen = new Set<string>();
  for (const { config, flags } of rulesVectors()) {
    const ipv6 = flags.some((flag) => /enable-ipv6/.test(flag));
    if (config === null || !agentTakes(config, ipv6)) continue;
    const data = dataOf(config);
    // An empty file has nothing to check.
    if (data === null) continue;
    assert.ok(takes(data), `${config}: ${JSON.stringify(takes.errors)}`);
    seen.add(config);
  }
  assert.ok(seen.size > 40, `${seen.size}`);
});

test("the pattern for CIDRs matches what the core accepts, including IPv6", () => {
  const pattern = new RegExp(CIDR_PATTERN, "u");
  const texts = cidrVectors().map((vector) => vector.in);
  for (const [i, prefix] of parsePrefixes(texts).read.entries()) {
    const text = texts[i] ?? "";
    const good = prefix.ok && !prefix.padded;
    if (good || !text.includes(":")) assert.is(pattern.test(text), good, text);
  }
});

test("the pattern for durations matches what the agent accepts, without a minus sign", () => {
  const pattern = new RegExp(POSITIVE_DURATION, "u");
  for (const { in: text } of durationVectors()) {
    const parsed = parseDuration(text);
    // A regular expression cannot check the maximum.
    const good = (parsed.ok || parsed.problem === "range") && !/^-|^\+?0$/.test(text);
    if (parsed.ok || !good) assert.is(pattern.test(text), good, text);
  }
});

test.run();
