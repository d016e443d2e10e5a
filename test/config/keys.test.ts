// The keys besides the two lists: how they are parsed, and their errors.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseConfig, parseConfigs } from "../../src/config/index.ts";

const OPTIONS = { file: "c", ipv6: true, reservedRanges: false };

/** Severity, code and position of each problem of a text. */
function problems(text: string, options = {}): string[] {
  const { diagnostics } = parseConfig(text, { ...OPTIONS, ...options });
  return diagnostics.map(
    ({ severity, code, line, column, length }) => `${severity} ${code} ${line}:${column}+${length}`,
  );
}

test("lists, scope and snat are parsed with their positions", () => {
  const text = `
nonMasqueradeCIDRs: [10.0.0.0/8]
masqueradeCIDRs: [10.50.0.0/16]
sourceCIDRs: [10.244.0.0/16, 'fd00:244::/56']
outputInterfaces: [eth0, bond*]
snat:
- destinationCIDRs: [198.51.100.0/24]
  to: 203.0.113.5
- { destinationCIDRs: ['2001:db8:7::/48'], to: '2001:db8::5-2001:DB8::9' }
`;
  const { config, diagnostics } = parseConfig(text, OPTIONS);
  assert.equal(diagnostics, []);
  assert.equal(config?.masqueradeCIDRs[0]?.origin, { file: "c", line: 3, column: 19 });
  assert.equal(
    config?.sourceCIDRs.map(({ prefix }) => prefix.network),
    ["10.244.0.0/16", "fd00:244::/56"],
  );
  assert.equal(
    config?.outputInterfaces.map(({ name }) => name),
    ["eth0", "bond*"],
  );
  assert.equal(
    config?.snat.map(({ destinations, to }) => [destinations[0]?.prefix.network, to]),
    [
      ["198.51.100.0/24", { family: "ipv4", first: "203.0.113.5", last: "203.0.113.5" }],
      ["2001:db8:7::/48", { family: "ipv6", first: "2001:db8::5", last: "2001:db8::9" }],
    ],
  );
});

test("each problem has its code and its position", () => {
  const cases: [string, string[]][] = [
    // The same entry in both lists, and entries without effect.
    ["nonMasqueradeCIDRs: [10.0.0.0/8]\nmasqueradeCIDRs: [10.0.0.0/8]\n", ["error cidr-conflict 2:19+10"]],
    [
      "nonMasqueradeCIDRs: [10.0.0.0/8]\nmasqueradeCIDRs: [10.1.0.0/16, 10.1.2.0/24]\n",
      ["warning cidr-covered 2:32+11"],
    ],
    ["nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.2.0/24]\nmasqueradeCIDRs: [10.1.0.0/16]\n", []],
    ["nonMasqueradeCIDRs: [10.0.0.0/8]\nmasqueradeCIDRs: [11.0.0.0/8]\n", ["warning cidr-ineffective 2:19+10"]],
    // Default and link-local ranges are taken into account.
    ["masqueradeCIDRs: [10.1.0.0/16, 169.254.169.254/32, 'fe80::1/128']\n", []],
    // Without these entries the ranges would be kept.
    ["masqueradeCIDRs: [10.0.0.0/8, 169.254.0.0/16]\n", []],
    ["masqLinkLocal: true\nmasqueradeCIDRs: [169.254.169.254/32]\n", ["warning cidr-ineffective 2:19+18"]],
    // cidrLimit counts both lists.
    [
      "cidrLimit: 2\nnonMasqueradeCIDRs: [10.0.0.0/8, 11.0.0.0/8]\nmasqueradeCIDRs: [10.1.0.0/16]\n",
      ["error limit-exceeded 2:1+18"],
    ],
    ["cidrLimit: 3\nmasqueradeCIDRs: [10.1.0.0/16]\n", ["error limit-exceeded 2:1+15"]],
    // Sources and interfaces.
    ["sourceCIDRs: [10.244.0.0/16]\n", ["warning source-family-missing 1:15+13"]],
    ["sourceCIDRs: [10.244.0.0/16, 10.244.1.0/24, 'fd00::/8']\n", ["warning cidr-covered 1:30+13"]],
    ["sourceCIDRs: []\noutputInterfaces: null\nsnat: []\nmasqueradeCIDRs:\n", []],
    [
      "outputInterfaces: [eth0, eth0, 'eth*', eth1]\n",
      [
        "warning interface-duplicate 1:20+4",
        "warning interface-duplicate 1:26+4",
        "warning interface-duplicate 1:40+4",
      ],
    ],
    [
      "outputInterfaces: ['*', 'eth*0', 'a b', '', eth+, abcdefghijklmnop, -a]\n",
      [
        "error interface-syntax 1:20+3",
        "error interface-syntax 1:25+7",
        "error interface-syntax 1:34+5",
        "error interface-syntax 1:41+2",
        "error interface-syntax 1:45+4",
        "error interface-syntax 1:51+16",
        "error interface-syntax 1:69+2",
      ],
    ],
    ["outputInterfaces: eth0\n", ["error value-type 1:19+4"]],
    ["outputInterfaces: [1]\n", ["error value-type 1:20+1"]],
    // snat.
    ["snat: {to: 1.2.3.4}\n", ["error value-type 1:7+13"]],
    ["snat: [1.2.3.4]\n", ["error value-type 1:8+7"]],
    ["snat: [{to: 1.2.3.4}]\n", ["error key-missing 1:8+13"]],
    ["snat: [{destinationCIDRs: [8.0.0.0/8]}]\n", ["error key-missing 1:8+31"]],
    ["snat: [{destinationCIDRs: 8.0.0.0/8, to: 1.2.3.4}]\n", ["error value-type 1:27+9"]],
    ["snat: [{destinationCIDRs: [8.0.0.1/8], to: 1.2.3.4}]\n", ["error cidr-unaligned 1:28+9"]],
    ["snat: [{destinationCIDRs: [8.0.0.0/8], to: 1.2.3}]\n", ["error address-syntax 1:44+5"]],
    ["snat: [{destinationCIDRs: [8.0.0.0/8], to: 1.2.3.0/24}]\n", ["error address-syntax 1:44+10"]],
    ["snat: [{destinationCIDRs: [8.0.0.0/8], to: 1.2.3.9-1.2.3.4}]\n", ["error address-syntax 1:44+15"]],
    ["snat: [{destinationCIDRs: [8.0.0.0/8], to: '2001:db8::1'}]\n", ["error family-mismatch 1:28+9"]],
    ["snat: [{destinationCIDRs: [8.0.0.0/8], to: 0.0.0.0}]\n", ["error address-syntax 1:44+7"]],
    ["snat: [{destinationCIDRs: [8.0.0.0/8], to: 223.255.255.255-224.0.0.1}]\n", ["error address-syntax 1:44+25"]],
    ["snat: [{destinationCIDRs: [8.0.0.0/8], to: 1.2.3.4, too: x}]\n", ["warning key-unknown 1:53+3"]],
    [
      "snat: [{destinationCIDRs: [10.0.0.0/8], to: 1.2.3.4}]\nnonMasqueradeCIDRs: [10.0.0.0/8]\n",
      ["error cidr-conflict 1:28+10"],
    ],
    [
      "nonMasqueradeCIDRs: []\nsnat: [{destinationCIDRs: [8.0.0.0/8], to: 1.2.3.4}, {destinationCIDRs: [8.0.0.0/8], to: 1.2.3.5}]\n",
      ["error cidr-conflict 2:74+9"],
    ],
    [
      "nonMasqueradeCIDRs: []\nsnat: [{destinationCIDRs: [8.0.0.0/8, 8.8.0.0/16], to: 1.2.3.4}]\n",
      ["warning cidr-covered 2:39+10"],
    ],
  ];
  for (const [text, expected] of cases) assert.equal(problems(text), expected, text);
  assert.equal(problems("snat: [{destinationCIDRs: ['::/0'], to: '2001:db8::1'}]\n", { ipv6: false }), [
    "error ipv6-disabled 1:28+6",
    "error ipv6-disabled 1:41+13",
  ]);
});

test("a contradiction names both positions", () => {
  const [problem] = parseConfig(
    "nonMasqueradeCIDRs: [10.0.0.0/8]\nmasqueradeCIDRs: [10.0.0.0/8]\n",
    OPTIONS,
  ).diagnostics;
  assert.is(problem?.message, "10.0.0.0/8 is masqueraded here and kept on line 1");
});

test("keys that a backend does not support are errors that name them", () => {
  const unsupported = { snat: "no addresses can be named", outputInterfaces: "no interfaces can be named" };
  assert.equal(problems("snat: []\noutputInterfaces: [eth0]\n", { unsupported }), ["error key-unsupported 2:1+16"]);
});

test("several files: lists are joined, scalars must not contradict", () => {
  const { file: _, ...options } = OPTIONS;
  const read = (...texts: string[]) =>
    parseConfigs(
      texts.map((bytes, i) => ({ file: `f${i}`, bytes })),
      options,
    );
  const good = read(
    "nonMasqueradeCIDRs: [10.0.0.0/8]\nresyncInterval: 60s\n",
    "{}",
    "nonMasqueradeCIDRs: [11.0.0.0/8]\nresyncInterval: 1m\n",
  );
  assert.equal(good.diagnostics, []);
  assert.equal(
    good.config?.nonMasqueradeCIDRs.map(({ prefix, origin }) => `${prefix.network} ${origin?.file}`),
    ["10.0.0.0/8 f0", "11.0.0.0/8 f2"],
  );
  assert.is(good.config?.resyncInterval, 60_000_000_000n);

  const say = (...texts: string[]) =>
    read(...texts).diagnostics.map(
      ({ severity, code, file, line, column, message }) => `${severity} ${code} ${file}:${line}:${column} ${message}`,
    );
  assert.equal(say("masqLinkLocal: true\n", "a: 1\n", "masqLinkLocal: false\n"), [
    "warning key-unknown f1:1:1 the key a is unknown and is ignored",
    "error key-conflict f2:1:16 masqLinkLocal is false here and true on line 1 of f0",
  ]);
  assert.equal(say("nonMasqueradeCIDRs: [10.0.0.0/8]\n", "masqueradeCIDRs: [10.0.0.0/8]\n"), [
    "error cidr-conflict f1:1:19 10.0.0.0/8 is masqueraded here and kept on line 1 of f0",
  ]);
  assert.equal(say("nonMasqueradeCIDRs: [10.0.0.0/8]\n", "nonMasqueradeCIDRs: [10.1.0.0/16]\n"), [
    "warning cidr-covered f1:1:22 10.1.0.0/16 lies inside 10.0.0.0/8 on line 1 of f0",
  ]);
  // One invalid file makes the whole config invalid, and the problems of the others are reported too.
  const bad = read("nonMasqueradeCIDRs: [", "masqueradeCIDRs: [x]\n");
  assert.is(bad.config, undefined);
  assert.equal([...new Set(bad.diagnostics.map(({ file }) => file))], ["f0", "f1"]);
});

test("a ConfigMap means the config in it, and positions refer to the manifest", () => {
  const manifest = (data: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ip-masq-agent\ndata:\n${data}`;
  const cases: [string, string[], string[]][] = [
    [
      manifest("  config: |\n    nonMasqueradeCIDRs:\n      - 10.0.0.0/8\n\n    resyncInterval: 60s\n"),
      ["10.0.0.0/8 8:9"],
      [],
    ],
    [
      manifest("  config: |-\n    # comment\n    nonMasqueradeCIDRs: [10.0.0.1/8]"),
      [],
      ["error cidr-unaligned 8:26+10"],
    ],
    [manifest("  ip-masq-agent: |\n        nonMasqueradeCIDRs: [12.0.0.0/8]\n"), ["12.0.0.0/8 7:30"], []],
    [manifest("  config: |2\n        nonMasqueradeCIDRs: [12.0.0.0/8]\n"), ["12.0.0.0/8 7:30"], []],
    [manifest('  config: "nonMasqueradeCIDRs: [10.0.0.1/8]\\n"\n'), [], ["error cidr-unaligned 6:33+10"]],
    [manifest("  config: |\n    nonMasqueradeCIDRs: [\n"), [], ["error yaml-syntax"]],
    [manifest("  settings: x\n"), [], ["error manifest-without-config 5:1+4"]],
    [manifest("  config: [a]\n"), [], ["error manifest-without-config 6:11+3"]],
    ["apiVersion: v1\nkind: ConfigMap\n", [], ["error manifest-without-config 2:1+4"]],
    ["apiVersion: apps/v1\nkind: DaemonSet\n", [], ["error manifest-without-config 2:7+9"]],
    [
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  data:\n    config: |\n      nonMasqueradeCIDRs: [12.0.0.0/8]\n",
      ["12.0.0.0/8 8:28"],
      [],
    ],
    ["apiVersion: v1\nkind: List\nitems: []\n", [], ["error manifest-without-config 2:7+4"]],
    // A stream: the ConfigMap among other objects, and the one of several that has a config.
    [
      `# Source: x\n---\napiVersion: v1\nkind: Namespace\n---\n${manifest("  config: |\n    nonMasqueradeCIDRs: [12.0.0.0/8]\n")}---\napiVersion: v1\nkind: Service\n`,
      ["12.0.0.0/8 12:26"],
      ["warning document-extra 6:1+14"],
    ],
    [
      `apiVersion: v1\nkind: ConfigMap\ndata:\n  other: x\n---\n${manifest("  config: |\n    nonMasqueradeCIDRs: [12.0.0.0/8]\n")}`,
      ["12.0.0.0/8 12:26"],
      ["warning document-extra 6:1+14"],
    ],
    [
      "apiVersion: v1\nkind: Namespace\n---\napiVersion: v1\nkind: Service\n",
      [],
      ["error manifest-without-config 2:7+9", "warning document-extra 3:1+3"],
    ],
    [
      '{"apiVersion": "v1", "kind": "ConfigMap", "data": {"config": "{\\"nonMasqueradeCIDRs\\": [\\"10.0.0.0/8\\"]}"}}',
      ["10.0.0.0/8 1:89"],
      [],
    ],
  ];
  for (const [text, cidrs, expected] of cases) {
    const { config } = parseConfig(text, OPTIONS);
    const found = (config?.nonMasqueradeCIDRs ?? []).map(
      ({ prefix, origin }) => `${prefix.network} ${origin?.line}:${origin?.column}`,
    );
    assert.equal(found, cidrs, text);
    const wrong = problems(text);
    assert.ok(
      expected.length === wrong.length && expected.every((one, i) => wrong[i]?.startsWith(one)),
      `${text}\n${wrong}`,
    );
  }
});

test.run();
