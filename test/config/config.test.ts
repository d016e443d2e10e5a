import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type ConfigOptions,
  countOmitted,
  formatDiagnostics,
  formatDuration,
  parseConfig,
} from "../../src/config/index.ts";
import { isValid, rulesVectors } from "../fixtures.ts";

const OPTIONS: ConfigOptions = { file: "config.yaml", ipv6: true, reservedRanges: false };

/** Every diagnostic as a short line. */
function report(text: string | Uint8Array, options: Partial<ConfigOptions> = {}): string[] {
  return parseConfig(text, { ...OPTIONS, ...options }).diagnostics.map(
    ({ severity, code, line, column, length }) => `${severity} ${code} ${line}:${column}+${length}`,
  );
}

test("configs mean the same as for the established agent", () => {
  for (const vector of rulesVectors()) {
    if (vector.config === null || vector.effective === null) continue;
    const ipv6 = vector.flags.some((flag) => /enable-ipv6/.test(flag));
    const { config } = parseConfig(vector.config, { ...OPTIONS, ipv6 });
    assert.is(config !== undefined, isValid(vector), vector.name);
    if (!config) continue;
    const { nonMasqueradeCIDRs, resyncInterval, ...others } = config;
    const { masqueradeCIDRs, sourceCIDRs, outputInterfaces, snat, enforceNonMasquerade, ...rest } = others;
    assert.equal([masqueradeCIDRs, sourceCIDRs, outputInterfaces, snat], [[], [], [], []], vector.name);
    assert.not(enforceNonMasquerade, vector.name);
    assert.equal(
      {
        ...rest,
        nonMasqueradeCIDRs: nonMasqueradeCIDRs.map(({ text }) => text),
        resyncInterval: formatDuration(resyncInterval),
      },
      { ...vector.effective, nonMasqueradeCIDRs: vector.effective.nonMasqueradeCIDRs ?? [] },
      vector.name,
    );
  }
});

test("each problem has its code and its position", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["nonMasqueradeCIDRs: [10.0.0.0/8]\n", []],
    ["nonMasqueradeCIDRs: [10.0.0.1/8]\n", ["error cidr-unaligned 1:22+10"]],
    ["nonMasqueradeCIDRs:\n- abc\n- 10.0.0.0/33\n", ["error cidr-syntax 2:3+3", "error cidr-syntax 3:3+11"]],
    ["nonMasqueradeCIDRs: [10.0.0.0/08]\n", ["error cidr-length-padded 1:22+11"]],
    ["nonMasqueradeCIDRs: ['::ffff:10.0.0.0/104']\n", ["error cidr-mapped 1:22+21"]],
    ["nonMasqueradeCIDRs: [null, ~]\n", ["error value-null 1:22+4", "error value-null 1:28+1"]],
    ["nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- # a-b\n-\n", ["error value-null 3:1+1", "error value-null 4:1+1"]],
    ["nonMasqueradeCIDRs: [10]\n", ["error value-type 1:22+2"]],
    ["nonMasqueradeCIDRs: [[10.0.0.0/8]]\n", ["error value-type 1:22+12"]],
    ["nonMasqueradeCIDRs: 10.0.0.0/8\n", ["error value-type 1:21+10"]],
    ["nonMasqueradeCIDRs: {a: b}\n", ["error value-type 1:21+6"]],
    ["cidrLimit: '64'\nmasqLinkLocal: 1\n", ["error value-type 1:12+4", "error value-type 2:16+1"]],
    ["cidrLimit: 64.5\n", ["error value-type 1:12+4"]],
    ["cidrLimit: 1e30\n", ["error value-type 1:12+4"]],
    ["cidrLimit: 1\nnonMasqueradeCIDRs: [10.0.0.0/8, 11.0.0.0/8]\n", ["error limit-exceeded 2:1+18"]],
    ["cidrLimit: 2\n", ["error limit-exceeded 1:1+9"]],
    ["resyncInterval: 60\n", ["error value-type 1:17+2"]],
    ["resyncInterval:\n", ["error value-null 1:1+14"]],
    ["resyncInterval: 1d\n", ["error duration-syntax 1:17+2"]],
    ["resyncInterval: 99ms\n", ["error interval-too-short 1:17+4"]],
    ["resyncInterval: -5s\n", ["error interval-too-short 1:17+3"]],
    ["hello\n", ["error document-type 1:1+5"]],
    ["- 10.0.0.0/8\n", ["error document-type 1:1+12"]],
    ["a: [1,\nb: 2\n", ["error yaml-syntax 2:1+1"]],
    ["a:\n\t- b\n", ["error yaml-syntax 2:1+1"]],
    ["a: *b\n", ["warning key-unknown 1:1+1", "error yaml-syntax 1:4+2"]],
    ["a: &a [*a]\n", ["warning key-unknown 1:1+1", "error yaml-syntax 1:8+2"]],
    ['{"masqLinkLocal": yes}', ["error json-syntax 1:19+3"]],
    ["{masqLinkLocal: true}", ["error json-syntax 1:2+13"]],
    ['{"masqLinkLocal": true,} # fine', []],
    ['{\n\t"nonMasqueradeCIDRs": [\n\t\t"10.0.0.0/8"\n\t]\n}\n', []],
    ["nonMasqueradeCIDR: []\n", ["warning key-unknown 1:1+17"]],
    ["masqLinkLocal: true\nmasqLinkLocal: false\n", ["warning key-duplicate 1:1+13"]],
    ["masqLinkLocal: true\n---\nmasqLinkLocal: false\n", ["warning document-extra 2:1+3"]],
    ["nonMasqueradeCIDRs: [10.0.0.0/8, 10.0.0.0/8]\n", ["warning cidr-duplicate 1:34+10"]],
    ["nonMasqueradeCIDRs: [10.1.0.0/16, 10.0.0.0/8]\n", ["warning cidr-covered 1:22+11"]],
    ["\uFEFFresyncInterval: 1d\n", ["error duration-syntax 1:17+2"]],
    ["resyncInterval: 1d\r\n", ["error duration-syntax 1:17+2"]],
  ];
  for (const [text, expected] of cases) assert.equal(report(text), expected, text);
});

test("input that would expand without end is refused at once", () => {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${Array(9).fill(i === 0 ? "x" : `*a${i - 1}`)}]`);
  const bomb = parseConfig(`${levels.join("\n")}\nnonMasqueradeCIDRs: *a11\n`, OPTIONS);
  assert.match(
    bomb.diagnostics.find(({ severity }) => severity === "error")?.message ?? "",
    /the aliases expand to more than/,
  );
  const deep = Array.from({ length: 1_400 }, (_, i) => `${" ".repeat(i)}a:\n`).join("");
  for (const text of ["[".repeat(100_000), `{"a":${"[".repeat(100_000)}`, `a: ${"{b: ".repeat(5_000)}`, deep]) {
    assert.match(parseConfig(text, OPTIONS).diagnostics[0]?.message ?? "", /nested too deep/);
  }
  const many = Array.from({ length: 20_000 }, (_, i) => `- 10.${i >> 8}.${i & 255}.1/24\n`).join("");
  const { diagnostics, omitted, texts } = parseConfig(`cidrLimit: 100000\nnonMasqueradeCIDRs:\n${many}`, OPTIONS);
  assert.is(diagnostics.length, 100);
  assert.equal(omitted, [{ severity: "error", code: "cidr-unaligned", count: 19_900 }]);
  assert.match(formatDiagnostics(diagnostics, texts, countOmitted(omitted)), /… and 19900 more$/);
});

test("of a very long line only the relevant part is shown, without control characters", () => {
  const text = `nonMasqueradeCIDRs: [${"10.0.0.0/8, ".repeat(500)}"\\e[31mx", 10.0.0.1/8]`;
  const { diagnostics } = parseConfig(text, { ...OPTIONS });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const shown = formatDiagnostics(errors, text);
  assert.ok(
    shown.split("\n").every((line) => line.length < 250),
    shown,
  );
  assert.match(shown, /10\.0\.0\.1\/8\]\n +\| +\^{10}\n/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them is there
  assert.not.match(shown, /[\0-\x08\x0b-\x1f]/);
});

test("bytes that are not UTF-8", () => {
  assert.equal(report(new Uint8Array([0x61, 0xff])), ["error not-utf8 1:1+1"]);
});

test("all problems of a file are reported at once, in their order", () => {
  const text = `nonMasqueradeCIDRs:
- 10.0.0.1/8
- fd00::/8
- 10.0.0.0/33
cidrLimit: 2
resyncInterval: 10
masqLinkLocl: true
`;
  const all = [
    "error limit-exceeded 1:1+18",
    "error cidr-unaligned 2:3+10",
    "error ipv6-disabled 3:3+8",
    "error cidr-syntax 4:3+11",
    "error value-type 6:17+2",
    "warning key-unknown 7:1+12",
  ];
  assert.equal(report(text, { ipv6: false }), all);
  // A value of the wrong type hides no other problem.
  const mixed = "nonMasqueradeCIDRs: [10.0.0.1/8, null, 300.0.0.0/8]\ncidrLimit: x\nresyncInterval: 5ms\n";
  assert.equal(report(mixed), [
    "error cidr-unaligned 1:22+10",
    "error value-null 1:34+4",
    "error cidr-syntax 1:40+11",
    "error value-type 2:12+1",
    "error interval-too-short 3:17+3",
  ]);
});

test("hints say what to write instead", () => {
  const cases: [string, RegExp][] = [
    [
      "nonMasqueradeCIDRs: [10.0.0.1/8]",
      /^write 10\.0\.0\.0\/8 for the block, or 10\.0\.0\.1\/32 for the one address$/,
    ],
    ["nonMasqueradeCIDRs: [' 10.0.0.0/8']", /^write 10\.0\.0\.0\/8$/],
    ["nonMasqueradeCIDRs: [10.0.0/8]", /^write 10\.0\.0\.0\/8$/],
    ["nonMasqueradeCIDRs: [010.0.0.0/8]", /^write 10\.0\.0\.0\/8$/],
    ["nonMasqueradeCIDRs: [10.0.0.0/255.0.0.0]", /^write 10\.0\.0\.0\/8$/],
    ["nonMasqueradeCIDRs: [10.0.0.0]", /^write 10\.0\.0\.0\/32$/],
    ["nonMasqueradeCIDRs: ['fe80::1%eth0/64']", /^write fe80::\/64$/],
    ["nonMasqueradeCIDRs: ['::ffff:10.0.0.0/104']", /^write 10\.0\.0\.0\/8$/],
    ["nonMasqueradeCIDRs: [10.0.0.0/08]", /^write 10\.0\.0\.0\/8$/],
    ["nonMasqueradeCIDRs: 10.0.0.0/8", /^write a list: nonMasqueradeCIDRs: \[10\.0\.0\.0\/8\]$/],
    ["masqLinkLocal: 'true'", /^write true without quotes$/],
    ["masqLinkLocal: 1", /^write true$/],
    ["cidrLimit: '64'", /^write 64 without quotes$/],
    ["resyncInterval: 60", /^write 60s$/],
    ["resyncInterval: '60'", /^write 60s;/],
    ["resyncInterval: 60 s", /^write 60s;/],
    ["resyncInterval: 2d", /^write 48h;/],
    ["resyscInterval: 60s", /^did you mean resyncInterval\?$/],
    ["nonMasqueradeCIDR: []", /^did you mean nonMasqueradeCIDRs\?$/],
    ["nothing: true", /^known keys: nonMasqueradeCIDRs, /],
  ];
  for (const [text, hint] of cases) assert.match(parseConfig(text, OPTIONS).diagnostics[0]?.hint ?? "", hint, text);
});

test("a diagnostic as it is printed", () => {
  const text = "nonMasqueradeCIDRs:\n  - 10.0.0.1/8\t# pods\n";
  const [diagnostic] = parseConfig(text, OPTIONS).diagnostics;
  assert.ok(diagnostic);
  assert.is(
    formatDiagnostics([diagnostic], text),
    `config.yaml:2:5: error: 10.0.0.1/8 is not aligned: host bits are set beyond the /8 prefix [cidr-unaligned]
    2 |   - 10.0.0.1/8\t# pods
      |     ^^^^^^^^^^
      = write 10.0.0.0/8 for the block, or 10.0.0.1/32 for the one address`,
  );
});

test("destinations have their position in the file", () => {
  const { config } = parseConfig("x: &a [10.0.0.0/8]\nnonMasqueradeCIDRs:\n  - 11.0.0.0/8\n", OPTIONS);
  assert.equal(config?.nonMasqueradeCIDRs[0]?.origin, { file: "config.yaml", line: 3, column: 5 });
});

test("merge keys: explicit keys take precedence", () => {
  const text = "base: &b\n  masqLinkLocal: true\n  cidrLimit: 9\ncidrLimit: 8\n<<: *b\n";
  const { config } = parseConfig(text, OPTIONS);
  assert.equal([config?.masqLinkLocal, config?.cidrLimit], [true, 8]);
});

test.run();
