// Finds the process that holds the xtables lock.
import { readFileSync, statSync } from "node:fs";
import process from "node:process";

/** The lock file of iptables (iptables/xshared.h, XT_LOCK_NAME). */
const LOCK_FILE = "/run/xtables.lock";

/**
 * The holder of the lock, as `name (pid 42)`; undefined if there is none or it is unknown: a container sees only the
 * processes of its own pid namespace.
 */
export function lockHolder(): string | undefined {
  try {
    const { dev, ino } = statSync(process.env.XTABLES_LOCKFILE ?? LOCK_FILE);
    // "1: FLOCK  ADVISORY  WRITE 4321 00:1a:5678 0 EOF" (proc_locks(5)); inode numbers are unique only within a mount.
    const hex = (n: number) => n.toString(16).padStart(2, "0");
    const device = `${hex((dev >> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >> 12) & ~0xff))}`;
    const held = new RegExp(`^\\d+: FLOCK .* (\\d+) ${device}:${ino} `, "m").exec(readFileSync("/proc/locks", "utf8"));
    const pid = Number(held?.[1] ?? 0);
    return pid > 0 ? `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})` : undefined;
  } catch {
    return undefined;
  }
}
