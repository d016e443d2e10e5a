// How far a long reading is, on a terminal.
import process from "node:process";
import type { ArchiveProgress } from "../archives/index.ts";

/** Milliseconds between two words about the progress. */
const INTERVAL = 500;

/** Milliseconds until the rate is worth an estimate. */
const SETTLED = 1_000;

export interface ProgressLine {
  /** Removes it, for what is printed in its place. */
  clear(): void;
  end(): void;
}

/** Says on standard error how far it is, if a person looks on and sees nothing else moving. */
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
  }, INTERVAL);
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
  if (total !== undefined && ms >= SETTLED && rate > 0) {
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
