// @ts-check
// What the sections of the bench share: figures, tables, versions, and the code that they measure.
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { BUNDLE } from "../scripts/bundle.mjs";

/** @param {readonly number[]} values */
export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** @param {number} ms */
export function show(ms) {
  return ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

/**
 * @param {number} value
 * @param {number} target at most so much
 */
export function verdict(value, target) {
  return `<= ${target} ${value <= target ? "met" : "MISSED"}`;
}

/**
 * @param {number} value
 * @param {number} target at least so much
 * @param {string} unit
 */
export function atLeast(value, target, unit = "") {
  return `>= ${target}${unit} ${value >= target ? "met" : "MISSED"}`;
}

/**
 * Prints rows in columns; the first row is the header.
 * @param {string[][]} rows
 */
export function printTable(rows) {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  const [head = [], ...body] = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("   "));
  console.log([head, "-".repeat(head.length), ...body].map((line) => `  ${line}`.trimEnd()).join("\n"));
}

/**
 * The first line of a tool's version output; undefined if the tool is missing.
 * @param {string | undefined} tool
 * @param {string} flag
 */
export function version(tool = "", flag = "-V") {
  const { error, stdout, stderr } = spawnSync(tool, [flag], { encoding: "utf8" });
  return error ? undefined : (stdout || stderr).split("\n")[0]?.trim();
}

/**
 * Measures all of `work` in turns, so that other jobs on shared cores affect all of them alike.
 * @template {Readonly<Record<string, () => void>>} Work
 * @param {Work} work
 * @param {{ rounds: number, warmUp?: number }} how rounds that count, and rounds before them that do not
 * @returns {Record<keyof Work, number[]>} milliseconds, round by round
 */
export function takeTurns(work, { rounds, warmUp = 1 }) {
  const names = /** @type {(keyof Work)[]} */ (Object.keys(work));
  const times = /** @type {Record<keyof Work, number[]>} */ ({});
  for (const name of names) times[name] = [];
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      work[name]?.();
      if (round >= 0) times[name].push(performance.now() - start);
    }
  }
  return times;
}

/**
 * The median of the ratios of all rounds: a slow round slows both.
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 */
export function ratio(ours, theirs) {
  return median(ours.map((ms, i) => ms / (theirs[i] ?? Number.NaN)));
}

/**
 * Runs a command with empty standard input, and writes its output to a file.
 * @param {string[]} command
 * @param {string} out
 */
export function runTo([file = "", ...args], out) {
  const output = openSync(out, "w");
  const { status } = spawnSync(file, args, { stdio: ["ignore", output, "ignore"] });
  closeSync(output);
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: exit ${status}`);
}

/**
 * A module from src/, bundled as the build does it.
 * @template T
 * @param {string} entry
 * @returns {Promise<T>}
 */
export async function load(entry) {
  const { build } = await import("esbuild");
  const outfile = `build/bench-${entry.replace(/\W+/g, "-")}.mjs`;
  mkdirSync("build", { recursive: true });
  await build({ ...BUNDLE, entryPoints: [entry], outfile });
  return import(pathToFileURL(outfile).href);
}
