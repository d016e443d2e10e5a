// Runs the bundle inside network namespaces, on Node and on Deno.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { type Callback, type Context, test } from "uvu";
import { addNamespace, inside, removeNamespace, runInside } from "../../demo/network.mjs";

export type Variant = "nft" | "legacy";
export const VARIANTS: readonly Variant[] = ["nft", "legacy"];

/** The backends on Linux, and the flags that choose each. */
export const PLACES = {
  nft: ["--iptables-variant=nft"],
  legacy: ["--iptables-variant=legacy"],
  nftables: ["--backend=nftables"],
} as const;
export type Place = keyof typeof PLACES;

/** The flags that choose one backend. */
export const choice = (place: Place): readonly string[] =>
  place === "nftables" ? PLACES.nftables : ["--backend=iptables", ...PLACES[place]];

const BUNDLE = resolve("dist/ip-masq-agent.mjs");

/** The command that starts the bundle on each runtime. */
export const RUNTIMES = {
  node: [process.execPath, BUNDLE],
  deno: [resolve("node_modules/.bin/deno"), "run", "-A", "--no-lock", BUNDLE],
} as const;
export type Runtime = keyof typeof RUNTIMES;

export interface Result {
  exit: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, whatever its exit code. */
export function run(
  command: readonly string[],
  input: string | Uint8Array = "",
  env: Record<string, string> = {},
): Promise<Result> {
  const [file = "", ...args] = command;
  return new Promise((done, fail) => {
    // The test runner sets a colour variable, and later versions of Node warn if both are set.
    const child = spawn(file, args, { env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1", ...env } });
    const result: Result = { exit: null, stdout: "", stderr: "" };
    child.stdout.on("data", (data) => (result.stdout += data));
    child.stderr.on("data", (data) => (result.stderr += data));
    child.on("error", fail);
    child.on("close", (exit) => done({ ...result, exit }));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** Runs the bundle, in a namespace if one is given. */
export function agent(
  namespace: string | undefined,
  args: readonly string[],
  { runtime = "node" as Runtime, env = {}, input = "" as string | Uint8Array } = {},
): Promise<Result> {
  const command = [...RUNTIMES[runtime], ...args];
  // A call that should be refused must not reach the host's rules if it is not.
  if (namespace === undefined) return run(process.env.NO_KERNEL ? command : ["unshare", "-n", ...command], input, env);
  const [file, rest] = inside(namespace, command);
  return run([file, ...rest], input, env);
}

/** A test that needs root, iptables and namespaces; skipped, and counted as skipped, if they are not available. */
export function kernelTest(name: string, callback: Callback<Context>): void {
  (process.env.NO_KERNEL ? test.skip : test)(name, callback);
}

/** Calls `use` with a temporary folder. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(`${tmpdir()}/masq-test-`);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Calls `use` with a new namespace and a folder; both are removed afterwards. */
export async function withNode<T>(use: (node: string, folder: string) => Promise<T>): Promise<T> {
  const node = addNamespace("test");
  try {
    return await withFolder((folder) => use(node, folder));
  } finally {
    removeNamespace(node);
  }
}

/** Writes a config file and returns the flag that names it. */
export function configFlag(folder: string, text: string, name = "config.yaml"): string {
  writeFileSync(`${folder}/${name}`, text);
  return `--config=${folder}/${name}`;
}

const tool = (variant: Variant, family: "ipv4" | "ipv6", verb: "save" | "restore") =>
  `${family === "ipv4" ? "iptables" : "ip6tables"}-${variant}-${verb}`;

/** Table nat as the kernel prints it, without comments; with counters if requested. */
export function saved(node: string, variant: Variant, family: "ipv4" | "ipv6" = "ipv4", counters = false): string {
  const args = counters ? ["-c", "-t", "nat"] : ["-t", "nat"];
  const text = runInside(node, [tool(variant, family, "save"), ...args]).replace(/^#.*\n/gm, "");
  return counters ? text : text.replace(/\[\d+:\d+\]$/gm, "[0:0]");
}

/** Applies iptables-restore input as another program would. */
export function restore(node: string, variant: Variant, text: string, family: "ipv4" | "ipv6" = "ipv4"): void {
  runInside(node, [tool(variant, family, "restore"), "--noflush"], text);
}

/** The lines for rules and for chains that are not built in. */
export function ruleLines(text: string): string[] {
  return text.split("\n").filter((line) => /^(-A|:(?!(PREROUTING|INPUT|OUTPUT|POSTROUTING) ))/.test(line));
}
