// A progress line on the terminal while archives are read.
import process from "node:process";
import type { ArchiveProgress } from "../archives/index.ts";

/** How often the line is updated. */
const UPDATE_EVERY_MS = 500;

/** How long to measure the rate before estimating the time left. */
const ESTIMATE_AFTER_MS = 1_000;

export interface ProgressLine {
  /** Removes the line, so that something else can be printed. */
  clear(): void;
  end(): void;
}

/** Shows the progress on standard error if that is a terminal and the output does not go to a terminal too. */
export function showProgress(progress: ArchiveProgress, prints: boolean): ProgressLine {
  if (!process.stderr.isTTY || (prints && process.stdout.isTTY)) return { clear: () => {}, end: () => {} };
  const begin = performance.now();
  let isShown = false;
  const clear = () => {
    if (isShown) process.stderr.write("\r\x1b[K");
    isShown = false;
  };
  const timer = setInterval(() => {
    clear();
    process.stderr.write(`\r${formatProgress(progress, performance.now() - begin)}`);
    isShown = true;
  }, UPDATE_EVERY_MS);
  return {
    clear,
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}

/** `1,200,000 lines, 80 MB of 4.0 GB, 160 MB/s, 25 s left`. */
export function formatProgress({ lines, bytes, total }: ArchiveProgress, ms: number): string {
  const rate = (bytes * 1000) / Math.max(ms, 1);
  const read = total === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`;
  const parts = [`${lines.toLocaleString("en")} line${lines === 1 ? "" : "s"}`, read, `${formatBytes(rate)}/s`];
  if (total !== undefined && ms >= ESTIMATE_AFTER_MS && rate > 0) {
    parts.push(`${formatSeconds(Math.max(0, total - bytes) / rate)} left`);
  }
  return parts.join(", ");
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

function formatBytes(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  for (; amount >= 999.5 && unit < UNITS.length - 1; unit++) amount /= 1000;
  return `${amount.toFixed(unit === 0 || amount >= 9.95 ? 0 : 1)} ${UNITS[unit]}`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
