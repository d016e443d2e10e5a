// The kernel that this process runs on.
import { release } from "node:os";
import { openFiles } from "./files.ts";

/** Its release, `6.1.0-13-amd64`; undefined if it may not be read, as on Deno without --allow-sys=osRelease. */
export function kernelRelease(): string | undefined {
  try {
    return release();
  } catch {
    return undefined;
  }
}

/** Does the kernel know IPv6? True if that cannot be told: Deno lets nobody look into /proc without all permissions. */
export function hasIpv6(): boolean {
  // The folder is there whenever the kernel has IPv6, even if it is turned off on all interfaces.
  const known = openFiles().list("/proc/sys/net");
  return known.length === 0 || known.includes("ipv6");
}
