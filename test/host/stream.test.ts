// Files and tools of any size, in pieces; and tools that open their standard input themselves.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readPieces, runTool, streamTool, ToolError } from "../../src/host/index.ts";

const text = async (pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
  const decoder = new TextDecoder();
  let all = "";
  for await (const piece of pieces) all += decoder.decode(piece, { stream: true });
  return all;
};

test("a file in pieces", async () => {
  const folder = mkdtempSync(`${tmpdir()}/masq-test-`);
  try {
    for (const size of [0, 1, 1 << 18, (1 << 18) + 1, 1_000_000]) {
      writeFileSync(`${folder}/file`, "x".repeat(size));
      assert.is((await text(readPieces(`${folder}/file`))).length, size);
    }
    assert.throws(() => [...readPieces(`${folder}/nothing`)], /ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the output of a tool, and its failures", async () => {
  const lines = await text(streamTool("seq", ["200000"]));
  assert.is(lines.split("\n").length, 200_001);
  // A reader that has read enough stops it.
  for await (const piece of streamTool("yes", [])) {
    assert.ok(piece.length > 0);
    break;
  }
  for (const [tool, args, reason, message] of [
    ["no-such-tool", [], "missing", /^no-such-tool: not found/],
    ["sh", ["-c", "echo out; echo why >&2; exit 3"], "failed", /exit 3\n.*why/],
    ["sh", ["-c", "kill -9 $$"], "failed", /was killed by SIGKILL/],
  ] as const) {
    try {
      await text(streamTool(tool, args));
      assert.unreachable(tool);
    } catch (error) {
      assert.instance(error, ToolError);
      assert.is((error as ToolError).reason, reason);
      assert.match((error as Error).message, message);
    }
  }
});

test("a tool that opens /dev/stdin finds its input there", async () => {
  for (const input of ["", "one line\n", "x".repeat(300_000)]) {
    const { exit, stdout, stderr } = await runTool("cat", ["/dev/stdin"], { input, reopens: true });
    assert.is(exit, 0, stderr);
    assert.is(new TextDecoder().decode(stdout), input);
  }
});

test.run();
