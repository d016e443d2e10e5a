import { test } from "uvu";
import * as assert from "uvu/assert";
import { resolveJson, resolveYaml } from "../../src/config/scalar.ts";

test("YAML 1.1 scalars mean the same as in go-yaml", () => {
  const cases: [string, unknown][] = [
    ["yes", true],
    ["Y", true],
    ["On", true],
    ["yEs", "yEs"],
    ["n", false],
    ["off", false],
    ["", null],
    ["~", null],
    ["NULL", null],
    ["nUll", "nUll"],
    ["64", 64],
    ["-1", -1],
    ["+7", 7],
    ["0100", 64],
    ["0o100", 64],
    ["0x40", 64],
    ["-0x40", -64],
    ["0b101", 5],
    ["089", 89],
    ["1_000", 1000],
    ["64.0", 64],
    ["64.5", 64.5],
    [".5", 0.5],
    ["1.", 1],
    ["1e2", 100],
    [".inf", Number.POSITIVE_INFINITY],
    ["1:30", "1:30"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["60s", "60s"],
    ["0x", "0x"],
    ["-", "-"],
    ["1e", "1e"],
  ];
  for (const [source, value] of cases) assert.equal(resolveYaml(source), value, source);
});

test("JSON allows fewer notations", () => {
  const cases: [string, unknown][] = [
    ["true", true],
    ["null", null],
    ["-1.5e3", -1500],
    ["0100", undefined],
    ["yes", undefined],
    ["True", undefined],
    ["+1", undefined],
    ["", undefined],
  ];
  for (const [source, value] of cases) assert.equal(resolveJson(source), value, source);
});

test.run();
