// @ts-check
// Prefixes and addresses to look up: a real routing table where one is to be had, else one of the same shape.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Names a gzipped list of prefixes, one on each line. */
const ROUTES = process.env.ROUTES ?? "";

/** How many prefixes of each length a routing table of today's internet has, of those that count. */
const LENGTHS4 = {
  12: 299,
  13: 581,
  14: 1203,
  15: 2100,
  16: 13490,
  17: 8235,
  18: 13798,
  19: 24870,
  20: 42611,
  21: 50750,
  22: 108623,
  23: 96510,
  24: 537829,
  32: 1000,
};
const LENGTHS6 = {
  28: 193,
  29: 4371,
  32: 22548,
  33: 2926,
  34: 2603,
  36: 5996,
  38: 1617,
  40: 18000,
  42: 3301,
  44: 14365,
  46: 4039,
  47: 3153,
  48: 77035,
};

/** Random 32-bit numbers, the same in each run (xorshift, Marsaglia 2003). */
export function numbers(seed = 2463534242) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** @param {number} address */
export function dotted(address) {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/**
 * Sorted networks of the given lengths, each with its length in the low byte. Most stand beside the one before, as routes
 * do: who announces one block mostly announces its neighbours too.
 * @param {number} width bits of an address
 * @param {Record<string, number>} lengths
 * @param {(random: () => number) => bigint} place
 */
function generate(width, lengths, place) {
  const random = numbers();
  /** @type {Set<bigint>} */
  const all = new Set();
  for (const [length, count] of Object.entries(lengths)) {
    const block = 1n << BigInt(width - Number(length));
    let network = 0n;
    for (const goal = all.size + count; all.size < goal; ) {
      network = random() % 4 === 0 || network === 0n ? (place(random) / block) * block : network + block;
      all.add((network << 8n) | BigInt(length));
    }
  }
  return [...BigUint64Array.from(all).sort()];
}

/** @returns {{ ipv4: string[], ipv6: string[], source: string }} */
export function readRoutes() {
  if (existsSync(ROUTES)) {
    const lines = gunzipSync(readFileSync(ROUTES)).toString().trim().split(/\r?\n/);
    const isIPv6 = (/** @type {string} */ line) => line.includes(":");
    return { ipv4: lines.filter((line) => !isIPv6(line)), ipv6: lines.filter(isIPv6), source: "a real routing table" };
  }
  // 1.0.0.0 to 223.255.255.255, and 2000::/4 as far as /48: 48 bits and a length fit a 64-bit number.
  const ipv4 = generate(32, LENGTHS4, (random) => BigInt(0x01000000 + (random() % 0xdf000000)));
  const ipv6 = generate(48, LENGTHS6, (random) => {
    // The longer ones crowd in few of the shorter ones.
    const allocation = BigInt(0x20000000 + (random() % 30_000) * 997);
    return (allocation << 16n) | BigInt(random() & 0xffff);
  });
  return {
    ipv4: ipv4.map((one) => `${dotted(Number(one >> 8n))}/${one & 255n}`),
    ipv6: ipv6.map((one) => {
      const groups = [40n, 24n, 8n].map((shift) => ((one >> shift) & 0xffffn).toString(16));
      return `${groups.join(":")}::/${one & 255n}`;
    }),
    source: "generated, with the lengths of a routing table (ROUTES=FILE.gz names a real one)",
  };
}

/**
 * Some of a list, in its order.
 * @param {readonly string[]} list
 * @param {number} count
 */
export function some(list, count) {
  return Array.from({ length: count }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / count)] ?? "");
}
