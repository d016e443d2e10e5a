// @ts-check
// How the bench prints what it measured.
import { spawnSync } from "node:child_process";

/** @param {readonly number[]} values */
export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** @param {number} ms */
export function show(ms) {
  return ms.toFixed(ms < 100 ? 1 : 0);
}

/**
 * What was measured beside its target, which is a limit from above.
 * @param {number} ms
 * @param {number} target
 */
export function verdict(ms, target) {
  return `<= ${target} ${ms <= target ? "met" : "MISSED"}`;
}

/**
 * The same for a limit from below.
 * @param {number} value
 * @param {number} target
 * @param {string} unit
 */
export function atLeast(value, target, unit = "") {
  return `>= ${target}${unit} ${value >= target ? "met" : "MISSED"}`;
}

/**
 * Prints rows in columns; the first row heads them.
 * @param {string[][]} rows
 */
export function printTable(rows) {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  const [head = [], ...body] = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("   "));
  console.log([head, "-".repeat(head.length), ...body].map((line) => `  ${line}`.trimEnd()).join("\n"));
}

/**
 * The first line of what a tool says of its version; undefined where it is missing.
 * @param {string | undefined} tool
 * @param {string} flag
 */
export function version(tool = "", flag = "-V") {
  const { status, stdout } = spawnSync(tool, [flag], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0]?.trim() : undefined;
}
