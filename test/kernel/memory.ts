// The memory of a process, as the kernel counts it.
import { readFileSync } from "node:fs";

/** The memory of a process that belongs to no file, in bytes; 0 once it has ended. */
export function anonymousBytes(pid: number): number {
  try {
    return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
