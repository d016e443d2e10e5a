// Calls of the bundle as a table: the output and exit code of each, on both runtimes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { agent, type Runtime } from "../kernel/harness.ts";

export const BOTH_RUNTIMES: readonly Runtime[] = ["node", "deno"];

export interface Call {
  readonly args: readonly string[];
  /** 0 by default. */
  readonly exit?: number;
  /** The whole output if it is a string. */
  readonly stdout?: RegExp | string;
  readonly stderr?: RegExp | string;
  readonly input?: string | Uint8Array;
}

/** A temporary folder for the files of a test, and a function that writes a file there and returns its path. */
export function testFolder(): { folder: string; file: (name: string, text: string) => string } {
  const folder = mkdtempSync(`${tmpdir()}/masq-cli-`);
  test.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  return { folder, file };
}

/** One test per runtime; calls without their own input get `usualInput`. */
export function testCalls(calls: readonly Call[], usualInput = ""): void {
  for (const runtime of BOTH_RUNTIMES) {
    test(`calls, their exit codes and their output (${runtime})`, async () => {
      const left = [...calls];
      const worker = async () => {
        for (let call = left.pop(); call; call = left.pop()) await check(call, runtime, usualInput);
      };
      await Promise.all([worker(), worker()]);
    });
  }
}

async function check({ args, exit = 0, stdout, stderr, input }: Call, runtime: Runtime, usualInput: string) {
  const result = await agent(undefined, [...args], { runtime, input: input ?? usualInput });
  const where = `${runtime}: ${args.join(" ")}\n${result.stdout}${result.stderr}`;
  assert.is(result.exit, exit, where);
  like(result.stdout, stdout, where);
  like(result.stderr, stderr, where);
}

function like(got: string, expected: RegExp | string | undefined, call: string): void {
  if (typeof expected === "string") assert.is(got, expected, call);
  else assert.match(got, expected ?? /^/, call);
}
