// Decides whether listening to changes by other programs costs too much.
import type { ListenerCost } from "../host/index.ts";

/**
 * The limits: a fraction of a processor, for nft and for reading its output together, and memory in bytes, but never more
 * than half of the container's limit. `nft monitor` holds the whole ruleset of the node: 161 MB with 40,000 rules of
 * kube-proxy (nft 1.0.6).
 */
const MAX_CPU = 0.2;
const MAX_MEMORY = 192 << 20;

/** The time over which processor time is measured, and after which a sample is dropped. */
const WINDOW_MS = 5_000;
const KEEP_SAMPLES_MS = 2 * WINDOW_MS;

/**
 * Returns a function that judges samples, each taken at `now` milliseconds. It returns why listening costs too much, or
 * undefined if it does not.
 *
 * @param containerMemory the container's memory limit in bytes
 */
export function createCostJudge(containerMemory: number): (cost: ListenerCost, now: number) => string | undefined {
  const maxMemory = Math.min(MAX_MEMORY, containerMemory / 2);
  let samples: readonly { readonly cpu: number; readonly at: number }[] = [];
  return ({ cpu, resident }, now) => {
    if (resident > maxMemory) {
      return `nft monitor holds the node's whole ruleset and takes ${resident >> 20} MiB, more than ${maxMemory >> 20}`;
    }
    samples = [...samples.filter(({ at }) => now - at < KEEP_SAMPLES_MS), { cpu, at: now }];
    // The latest sample that is old enough: a quiet time before it must not hide the present cost.
    const begin = samples.filter(({ at }) => now - at >= WINDOW_MS).at(-1);
    if (!begin) return undefined;
    const share = (cpu - begin.cpu) / ((now - begin.at) / 1000);
    if (share <= MAX_CPU) return undefined;
    const percent = `${Math.round(share * 100)} % of a processor, more than ${MAX_CPU * 100} %`;
    return `listening to changes by other programs takes ${percent}`;
  };
}
