// @ts-check
// The CPU meter of bench.mjs and resync.mjs.
import { readFileSync } from "node:fs";

/** The unit of /proc/PID/stat. The kernel adds up nanoseconds and rounds only the printed value, so sums lose nothing. */
const TICK_MS = 10;

/** CPU milliseconds of this process's children that have ended, and of their children: cutime and cstime in proc(5). */
export function childrenCpu() {
  const stat = readFileSync("/proc/self/stat", "utf8");
  // The second field, the name in brackets, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** CPU milliseconds of this process, with all its threads, and of its children that have ended. */
export function allCpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + childrenCpu();
}
