// Control groups that limit processes; they are removed at the end.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";

export interface Cgroups {
  /**
   * A command that runs `command` in a new group, which limits the number of processes or the bytes of memory; undefined if this machine
   * lacks the controller.
   */
  wrap(controller: Controller, limit: number, command: readonly string[]): readonly string[] | undefined;
  close(): void;
}

/** The memory limit in the chart, in bytes: deploy/kustomize/base/daemonset.yaml. */
export const CHART_MEMORY = 384 << 20;

type Controller = "pids" | "memory";

const ROOT = "/sys/fs/cgroup";

/** The folder for groups of a controller, and the file of its limit (kernel, Documentation/admin-guide/cgroup-v1, cgroup-v2.rst). */
interface Hierarchy {
  readonly folder: string;
  readonly file: string;
}

const FILES = {
  v1: { pids: "pids.max", memory: "memory.limit_in_bytes" },
  v2: { pids: "pids.max", memory: "memory.max" },
} as const;

/** The hierarchy of a controller, version 2 if it is in use there. */
function hierarchyOf(controller: Controller): Hierarchy | undefined {
  const controllers = `${ROOT}/cgroup.controllers`;
  if (existsSync(controllers)) {
    if (!readFileSync(controllers, "utf8").split(/\s/).includes(controller)) return undefined;
    // Groups below the root have the controllers that it delegates.
    writeFileSync(`${ROOT}/cgroup.subtree_control`, `+${controller}`);
    return { folder: ROOT, file: FILES.v2[controller] };
  }
  const folder = `${ROOT}/${controller}`;
  return existsSync(`${folder}/cgroup.procs`) ? { folder, file: FILES.v1[controller] } : undefined;
}

export function openCgroups(): Cgroups {
  const groups: string[] = [];
  return {
    wrap: (controller, limit, command) => {
      const hierarchy = hierarchyOf(controller);
      if (!hierarchy) return undefined;
      const group = `${hierarchy.folder}/masq-torture-${process.pid}-${groups.length}`;
      mkdirSync(group);
      groups.push(group);
      writeFileSync(`${group}/${hierarchy.file}`, String(limit));
      return ["sh", "-c", `echo $$ > ${group}/cgroup.procs && exec "$@"`, "sh", ...command];
    },
    close: () => {
      for (const group of groups) {
        try {
          rmdirSync(group);
        } catch {
          // A process in it is ending; the group stays, and has no effect.
        }
      }
    },
  };
}
