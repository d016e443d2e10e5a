// Is listening to changes by other programs worth what it costs?
import type { ListenerCost } from "../host/index.ts";

/**
 * What it may cost at most: this part of a processor, both of nft and of reading what it says, and so much memory, but never
 * more than half of what the container may take. `nft monitor` holds the whole ruleset of the node: 161 MB beside 40,000
 * rules of kube-proxy (nft 1.0.6).
 */
const MOST_CPU = 0.2;
const MOST_MEMORY = 192 << 20;

/** Milliseconds over which processor time is judged, and after which a sample is forgotten. */
const WINDOW_MS = 5_000;
const FORGOTTEN_MS = 2 * WINDOW_MS;

/**
 * Makes a judge of samples, each taken at `now` milliseconds: why listening costs too much; undefined if it does not.
 *
 * @param containerMemory bytes that the container of this process may take
 */
export function createCostJudge(containerMemory: number): (cost: ListenerCost, now: number) => string | undefined {
  const mostMemory = Math.min(MOST_MEMORY, containerMemory / 2);
  let samples: readonly { readonly cpu: number; readonly at: number }[] = [];
  return ({ cpu, resident }, now) => {
    if (resident > mostMemory) {
      return `nft monitor holds the node's whole ruleset and takes ${resident >> 20} MiB, more than ${mostMemory >> 20}`;
    }
    samples = [...samples.filter(({ at }) => now - at < FORGOTTEN_MS), { cpu, at: now }];
    // The last sample that is old enough: a quiet time before it must not hide what is spent now.
    const begin = samples.filter(({ at }) => now - at >= WINDOW_MS).at(-1);
    if (!begin) return undefined;
    const part = (cpu - begin.cpu) / ((now - begin.at) / 1000);
    if (part <= MOST_CPU) return undefined;
    const share = `${Math.round(part * 100)} % of a processor, more than ${MOST_CPU * 100} %`;
    return `listening to what other programs change takes ${share}`;
  };
}
