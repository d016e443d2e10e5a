// The agent's loop as a process in a network namespace.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { inside, runInside } from "../../demo/network.mjs";
import { RUNTIMES, type Runtime } from "./harness.ts";

/** The address that {@link Loop.get} fetches from. */
export const METRICS = "--metrics-bind-address=127.0.0.1:9410";

/** Longer than the wait for the iptables lock, and shorter than the limit of a hung tool. */
const LONGEST_STOP_MS = 20_000;

export interface Loop {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly closed: Promise<unknown>;
  /** Waits for a condition, and fails after 10 s with the log. */
  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and returns the exit code; fails with the log if the process does not end: a hung tool ends after 30 s. */
  stop(signal: NodeJS.Signals): Promise<{ exit: number | null }>;
  log(): string;
  /** Fetches a page from 127.0.0.1:9410 inside the namespace: its status and text; status 599 if there is no response. */
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

/** The command in docs/deno.md, which is also allowed to read the temporary folder with the config. */
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

/** Runs the loop while `use` runs, and kills it if `use` has not stopped it. */
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
        child.kill(signal);
        const tooLate = new AbortController();
        const exit = await Promise.race([closed, sleep(LONGEST_STOP_MS, undefined, { signal: tooLate.signal })]);
        tooLate.abort();
        if (exit === undefined) throw new Error(`${signal} did not end the agent; the log:\n${log}`);
        return { exit };
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
