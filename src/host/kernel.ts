// The kernel that this process runs on.
import { release } from "node:os";

/** Its release, `6.1.0-13-amd64`; undefined if it may not be read, as on Deno without --allow-sys=osRelease. */
export function kernelRelease(): string | undefined {
  try {
    return release();
  } catch {
    return undefined;
  }
}
