// The effects of the earlier commands of a block.
import { parseFlags } from "../../../src/cli/flags.ts";
import type { KubeObject } from "../../deploy/objects.ts";

export interface World {
  /** Images built by `docker build` and similar commands. */
  readonly built: Set<string>;
  /** Images on the nodes of a cluster on this machine. */
  readonly loaded: Set<string>;
  /** Charts in a registry: the address, and the file that was pushed. */
  readonly charts: Map<string, string>;
  /** Ports that a command in a pod serves. */
  readonly served: Set<string>;
  /** The DaemonSet's flags, as earlier commands changed them. */
  readonly flags: Set<string>;
  /** Whether `kubectl debug` has created a pod. */
  isDebugged: boolean;
  /** Where the agent of the block's node logs. */
  readonly log: string;
}

export const newWorld = (log: string): World => ({
  built: new Set(),
  loaded: new Set(),
  charts: new Map(),
  served: new Set(),
  flags: new Set(),
  isDebugged: false,
  log,
});

/** Remembers the flags of the DaemonSets that a command applies. Refuses a flag that the agent does not know. */
export function noteFlags(objects: readonly KubeObject[], { flags }: World): void {
  for (const { spec } of objects.filter(({ kind }) => kind === "DaemonSet")) {
    for (const [flag] of parseFlags(spec.template.spec.containers[0].args).flags) flags.add(flag);
  }
}
