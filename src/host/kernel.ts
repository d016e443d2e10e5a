// The kernel that this process runs on.
import { release } from "node:os";
import { openFiles } from "./files.ts";

/** The kernel release, `6.1.0-13-amd64`; undefined if it cannot be read, as on Deno without --allow-sys=osRelease. */
export function kernelRelease(): string | undefined {
  try {
    return release();
  } catch {
    return undefined;
  }
}

/** Whether the kernel supports IPv6. True if unknown: Deno does not read /proc without all permissions. */
export function hasIpv6(): boolean {
  // The folder exists if the kernel has IPv6, even if it is disabled on all interfaces.
  const known = openFiles().list("/proc/sys/net");
  return known.length === 0 || known.includes("ipv6");
}
