import { test } from "uvu";
import * as assert from "uvu/assert";
import { createLog } from "../../src/agent/index.ts";
import { parseAddress } from "../../src/host/index.ts";

function capture(format: "text" | "json", verbosity: number) {
  const lines: string[] = [];
  return {
    lines,
    log: createLog({ format, verbosity }, (line, done) => {
      lines.push(line);
      done();
    }),
  };
}

test("lines in klog's format", () => {
  const { lines, log } = capture("text", 0);
  log.event("warning", "one\ntwo");
  assert.match(lines[0] ?? "", /^W\d{4} \d\d:\d\d:\d\d\.\d{6} {1,}\d+ ip-masq-agent\] one\n {4}two\n$/);
});

test("text from outside moves no cursor and forges no line", () => {
  const message = "a\u001b[2Jb\rc\nE1122 15:04:05.000000       1 ip-masq-agent] d\u0085\u2028\u202ee\x7f\tf";
  const text = capture("text", 0);
  text.log.event("info", message);
  assert.match(
    text.lines[0] ?? "",
    /^I\S+ \S+ +\d+ ip-masq-agent\] a\ufffd\[2Jb\ufffdc\n {4}E1122 .*\] d\ufffd\ufffd\ufffde\ufffd\tf\n$/,
  );
  const json = capture("json", 0);
  json.log.event("info", message);
  assert.is(JSON.parse(json.lines[0] ?? "").msg, message);
  assert.match(json.lines[0] ?? "", /^[\x20-\x7e]+\n$/);
});

test("JSON lines", () => {
  const { lines, log } = capture("json", 4);
  log.event("error", 'a "b"\nc', 3);
  const { ts, ...rest } = JSON.parse(lines[0] ?? "");
  assert.equal(rest, { level: "error", v: 3, msg: 'a "b"\nc' });
  assert.ok(Math.abs(ts - Date.now() / 1000) < 60);
  assert.is(lines[0]?.indexOf("\n"), (lines[0]?.length ?? 0) - 1);
});

test("verbosity, and lasting conditions are logged once", () => {
  for (const [verbosity, expected] of [
    [0, ["a", "b", "a", "held by x (pid 1)"]],
    [2, ["a", "b", "a", "low", "state", "held by x (pid 1)"]],
    [4, ["a", "a", "b", "a", "low", "state", "held by x (pid 1)", "held by x (pid 2)"]],
  ] as const) {
    const { lines, log } = capture("json", verbosity);
    log.state("k", "error", "a");
    log.state("k", "error", "a");
    log.state("k", "error", "b");
    assert.is(log.over("k"), true);
    assert.is(log.over("k"), false);
    log.state("k", "error", "a");
    log.event("info", "low", 2);
    log.state("low", "info", "state", 2);
    log.state("lock", "error", "held by x (pid 1)");
    log.state("lock", "error", "held by x (pid 2)");
    assert.equal(
      lines.map((line) => JSON.parse(line).msg),
      expected,
    );
  }
});

test("a lasting condition is logged again after 24 hours", () => {
  const now = performance.now;
  let at = 0;
  performance.now = () => at;
  try {
    const { lines, log } = capture("json", 0);
    for (const hours of [0, 1, 23.9, 24.1, 25, 48.2]) {
      at = hours * 3_600_000;
      log.state("k", "error", "a");
    }
    assert.is(lines.length, 3);
  } finally {
    performance.now = now;
  }
});

test("--metrics-bind-address", () => {
  const cases: [string, object | undefined][] = [
    [":9410", { host: undefined, port: 9410 }],
    ["127.0.0.1:0", undefined],
    ["[::1]:80", { host: "::1", port: 80 }],
    ["localhost:80", { host: "localhost", port: 80 }],
    ["9410", { host: undefined, port: 9410 }],
    [":65536", undefined],
    ["::1:80", undefined],
    ["[x]:80", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of cases) assert.equal(parseAddress(text), expected, text);
});

test.run();
