// What users see of an error: its message, the remedy below it, and the exit code; a stack only for a defect of the program.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ReferencedError, VerifyError } from "../../src/backends/index.ts";
import { CoreMemoryError } from "../../src/core/index.ts";
import { describeError, errorData, ReportedError, reportedAs } from "../../src/errors/index.ts";
import { ToolError } from "../../src/host/index.ts";
import { type Call, testCalls } from "../cli/calls.ts";
import { agent } from "../kernel/harness.ts";

class ExampleError extends reportedAs("example") {}

const ERRORS: readonly (readonly [error: ReportedError, code: string, remedy: string | undefined, shown: string])[] = [
  [new ExampleError("it is broken"), "example", undefined, "it is broken"],
  [new ExampleError("it is broken", "repair it"), "example", "repair it", "it is broken\nrepair it"],
  [
    new ReferencedError("X", ["-A OTHER -j X"]),
    "chain-in-use",
    "remove those rules, or have the program that wrote them remove them",
    "chain X cannot be removed, because rules of other programs jump to it:\n  -A OTHER -j X\n" +
      "remove those rules, or have the program that wrote them remove them",
  ],
  [
    new VerifyError([{ op: "add", kind: "rule", line: "-A X -j Y" }]),
    "not-as-desired",
    "ip-masq-agent doctor shows which programs write rules on this node",
    "after 3 transactions the rules still differ: another program keeps changing them, or this version of the tool prints " +
      "them differently. Remaining changes:\n  + -A X -j Y\n" +
      "ip-masq-agent doctor shows which programs write rules on this node",
  ],
  [
    new ToolError("failed", "iptables-nft-save", 3, "no luck", "exit 3"),
    "tool-failed",
    undefined,
    "iptables-nft-save: exit 3\n  | no luck",
  ],
];

test("an error is described by its message, with the remedy below it", () => {
  for (const [error, code, remedy, shown] of ERRORS) {
    assert.instance(error, ReportedError);
    assert.equal([error.code, error.remedy, error.exitCode], [code, remedy, 1], shown);
    assert.is(describeError(error), shown);
    assert.equal(errorData(error), { error: error.message, code, remedy });
  }
  // A defect has neither a code nor a remedy, nor has a thrown value that is no error.
  assert.equal(errorData("lost"), { error: "lost", code: undefined, remedy: undefined });
  assert.is(describeError(new TypeError("x is not a function")), "x is not a function");
  assert.is(describeError(Object.assign(new Error("lost"), { remedy: "of another kind" })), "lost");
});

test("an error has the name of its class", () => {
  for (const [error] of ERRORS) assert.is(error.name, error.constructor.name);
  for (const error of [new CoreMemoryError("m"), new ReportedError("m", { code: "c" })]) {
    assert.is(error.name, error.constructor.name);
    assert.match(String(error), new RegExp(`^${error.name}: m$`));
  }
  assert.equal([ERRORS[0]?.[0].name, new CoreMemoryError("m").code], ["ExampleError", "out-of-memory"]);
});

test("classes made for two codes are different classes; each has its exit code", () => {
  class UsageError extends reportedAs("usage", 2) {}
  const usage = new UsageError("what?");
  assert.equal([usage.code, usage.exitCode, usage.message], ["usage", 2, "what?"]);
  assert.not(usage instanceof ExampleError);
  assert.is(new ReportedError("m", { code: "c", exit: 3 }).exitCode, 3);
});

const CALLS: readonly Call[] = [
  {
    args: ["optimize", "/no/such/file"],
    exit: 1,
    stdout: "",
    stderr: "ip-masq-agent: cannot read /no/such/file: file not found\n",
  },
  {
    args: ["optimize", "/no/such/file", "-o", "json"],
    exit: 1,
    stdout: '{\n  "error": "cannot read /no/such/file: file not found",\n  "code": "input-unreadable"\n}\n',
    stderr: "ip-masq-agent: cannot read /no/such/file: file not found\n",
  },
  {
    args: ["render", "--to=paper"],
    exit: 2,
    stdout: "",
    stderr: /^ip-masq-agent: invalid value "paper" for flag -to: .*\nRun ip-masq-agent render --help for usage\n$/,
  },
  {
    args: ["plan", "--nope", "-o", "json"],
    exit: 1,
    stdout:
      '{\n  "error": "flag provided but not defined: -nope",\n  "code": "usage",\n  "remedy": "Run ip-masq-agent plan --help for usage"\n}\n',
    stderr: "ip-masq-agent: flag provided but not defined: -nope\nRun ip-masq-agent plan --help for usage\n",
  },
];

testCalls(CALLS);

test("a defect is shown with its stack; its data has no code", async () => {
  const broken = 'Object.defineProperty(process.stdout, "isTTY", { get() { throw new TypeError("a defect"); } });';
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(broken)}` };
  const { exit, stdout, stderr } = await agent(undefined, ["render", "-o", "json"], { env });
  assert.is(exit, 1);
  assert.match(stderr, /^ip-masq-agent: TypeError: a defect\n {4}at /);
  assert.equal(JSON.parse(stdout), { error: "a defect" });
});

test.run();
