// The memory limit of this process's container.
import { readFileSync } from "node:fs";

/** The files with a container's own limit: cgroup v2 and v1 (kernel, Documentation/admin-guide/cgroup-v2.rst). */
const FILES = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/** The limit in bytes; infinity if there is none or it cannot be read. */
export function memoryLimit(): number {
  for (const file of FILES) {
    try {
      const limit = Number.parseInt(readFileSync(file, "utf8"), 10);
      if (limit > 0) return limit;
    } catch {
      // The other version of cgroups, or none.
    }
  }
  return Number.POSITIVE_INFINITY;
}
