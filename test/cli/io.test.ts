// Output of commands: colours, and data as YAML.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { formatAnnotation } from "../../src/cli/github.ts";
import { type ColorMode, isColored } from "../../src/cli/io.ts";
import { formatYaml } from "../../src/cli/yaml.ts";

const NONE = { NO_COLOR: undefined, FORCE_COLOR: undefined, TERM: undefined };

test("what decides about colours", () => {
  const cases: [mode: ColorMode, isTerminal: boolean, env: Partial<typeof NONE | Record<string, string>>, boolean][] = [
    ["auto", true, {}, true],
    ["auto", false, {}, false],
    ["auto", true, { TERM: "dumb" }, false],
    ["auto", true, { NO_COLOR: "1" }, false],
    ["auto", true, { NO_COLOR: "" }, true],
    ["auto", false, { FORCE_COLOR: "1" }, true],
    ["auto", true, { FORCE_COLOR: "0" }, false],
    ["auto", false, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
    ["always", false, { NO_COLOR: "1" }, true],
    ["never", true, { FORCE_COLOR: "1" }, false],
  ];
  for (const [mode, isTerminal, env, expected] of cases) {
    assert.is(isColored(mode, { isTerminal, env: { ...NONE, ...env } }), expected, JSON.stringify([mode, env]));
  }
});

test("data as YAML means the same as JSON", () => {
  const shared = { a: 1 };
  const value = {
    z: 1,
    a: { yes: "yes", on: "on", time: "1:20", octal: "0o7", empty: "", nothing: null, list: [], map: {} },
    text: "*nat\n:X - [0:0]\nCOMMIT\n",
    escapes: "a\x1b[31mb\u202ec",
    long: "x ".repeat(200),
    twice: [shared, shared],
    missing: undefined,
  };
  const yaml = formatYaml(value);
  assert.equal(parse(yaml), JSON.parse(JSON.stringify(value)));
  assert.equal(parse(yaml, { version: "1.1" }), JSON.parse(JSON.stringify(value)));
  assert.equal(Object.keys(parse(yaml)), ["z", "a", "text", "escapes", "long", "twice"]);
  assert.match(yaml, /^text: \|\n {2}\*nat\n {2}:X - \[0:0\]\n {2}COMMIT\n/m);
  assert.match(yaml, /^escapes: "a\\e\[31mb\\u202ec"$/m);
  assert.not.match(yaml, /[&*]a\d/);
  assert.is(formatYaml({ packets: 2n ** 63n }), "packets: 9223372036854775808\n");
});

test("annotations of GitHub Actions are escaped", () => {
  const diagnostic = {
    ...({ severity: "warning", code: "key-unknown" } as const),
    ...{ message: "100 % odd:\r\nthis", hint: "", file: "a,b:c.yaml", line: 2, column: 3, length: 4 },
  };
  assert.is(
    formatAnnotation(diagnostic, false),
    "::warning file=a%2Cb%3Ac.yaml,line=2,col=3,endColumn=7,title=key-unknown::100 %25 odd:%0D%0Athis",
  );
  assert.is(
    formatAnnotation({ ...diagnostic, file: "<stdin>", message: "x", hint: "write y" }, true),
    "::error line=2,col=3,endColumn=7,title=key-unknown::x%0Awrite y",
  );
});

test.run();
