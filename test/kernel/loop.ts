// The loop as a process in a namespace.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as assert from "uvu/assert";
import { inside, runInside } from "../../demo/network.mjs";
import { RUNTIMES, type Runtime } from "./harness.ts";

/** Where {@link Loop.get} asks. */
export const METRICS = "--metrics-bind-address=127.0.0.1:9410";

export interface Loop {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly closed: Promise<unknown>;
  /** Waits for a condition, and fails after 10 s with the log. */
  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and returns the exit code and how long it took, in milliseconds. */
  stop(signal: NodeJS.Signals): Promise<{ exit: number | null; took: number }>;
  log(): string;
  /** Fetches a page from 127.0.0.1:9410 inside the namespace: its status and text; 599 where nobody answers. */
  get(path: string): Promise<{ status: number; text: string }>;
}

export interface LoopOptions {
  runtime?: Runtime;
  env?: Record<string, string>;
  /** Instead of the runtime's usual command. */
  command?: readonly string[];
}

const FETCH = `
  const page = await fetch(process.argv[1]).catch((error) => new Response(error.message, { status: 599 }));
  console.log(JSON.stringify({ status: page.status, text: await page.text() }));`;

/** The value of one sample of a metrics page. */
export function sample(page: string, name: string): number | undefined {
  const line = page.split("\n").find((one) => one.startsWith(`ip_masq_agent_${name} `));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ") + 1));
}

/** docs/deno.md's command for Deno, allowed to read the folder of temporary files that the config lies in. */
function denoCommand(args: readonly string[]): readonly string[] {
  const [, line = ""] = /^(deno run .*) ip-masq-agent\.mjs/m.exec(readFileSync("docs/deno.md", "utf8")) ?? [];
  const bundle = resolve("dist/ip-masq-agent.mjs");
  const folder =
    args.map((arg) => /^--config=(\/tmp\/[^/]+)/.exec(arg)?.[1]).find((one) => one !== undefined) ?? "docs";
  const command = line
    .replace("deno", resolve("node_modules/.bin/deno"))
    .replace("=/etc,", `=${folder},`)
    .replace(",ip-masq-agent.mjs", `,${bundle}`);
  return [...command.split(" "), bundle];
}

/** The command that runs the agent as a service, to which its arguments are added. */
export const serviceCommand = (runtime: Runtime, args: readonly string[]): readonly string[] =>
  runtime === "deno" ? denoCommand(args) : RUNTIMES.node;

/** Runs the loop while `use` runs; it is killed where `use` has not stopped it. */
export async function withLoop(
  node: string,
  args: readonly string[],
  use: (loop: Loop) => Promise<void>,
  { runtime = "node", env = {}, command }: LoopOptions = {},
): Promise<void> {
  const [file, rest] = inside(node, [...(command ?? serviceCommand(runtime, args)), ...args]);
  const child = spawn(file, rest, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
  const closed = new Promise<number | null>((done) => child.on("close", done));
  let log = "";
  child.stderr.on("data", (data) => {
    log += data;
  });
  try {
    await use({
      pid: child.pid ?? 0,
      closed,
      until: async (condition, what) => {
        for (let waited = 0; !(await condition()); waited += 20) {
          if (waited > 30_000) assert.unreachable(`${what} did not happen; the log:\n${log}`);
          await new Promise((done) => setTimeout(done, 20));
        }
      },
      signal: (signal) => void child.kill(signal),
      stop: async (signal) => {
        const begin = performance.now();
        child.kill(signal);
        return { exit: await closed, took: performance.now() - begin };
      },
      log: () => log,
      get: async (path) => {
        const command = [process.execPath, "--input-type=module", "-e", FETCH, `http://127.0.0.1:9410${path}`];
        return JSON.parse(runInside(node, command));
      },
    });
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
}
