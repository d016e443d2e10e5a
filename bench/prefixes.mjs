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
  48: 76900,
  64: 135,
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
 * @param {(random: () => number, bits: number) => string} prefix
 * @param {Record<string, number>} lengths
 */
function generate(prefix, lengths) {
  const random = numbers();
  /** @type {Set<string>} */
  const all = new Set();
  for (const [bits, count] of Object.entries(lengths)) {
    for (const goal = all.size + count; all.size < goal; ) all.add(prefix(random, Number(bits)));
  }
  return [...all];
}

/** @returns {{ ipv4: string[], ipv6: string[], source: string }} */
export function readRoutes() {
  if (existsSync(ROUTES)) {
    const lines = gunzipSync(readFileSync(ROUTES)).toString().trim().split(/\r?\n/);
    const isIPv6 = (/** @type {string} */ line) => line.includes(":");
    return { ipv4: lines.filter((line) => !isIPv6(line)), ipv6: lines.filter(isIPv6), source: "a real routing table" };
  }
  const ipv4 = generate((random, bits) => {
    // 1.0.0.0 to 223.255.255.255.
    const address = 0x01000000 + (random() % 0xdf000000);
    return `${dotted((address & (-1 << (32 - bits))) >>> 0)}/${bits}`;
  }, LENGTHS4);
  const ipv6 = generate((random, bits) => {
    const address = (BigInt(0x20000000 + (random() >>> 4)) << 32n) | BigInt(random());
    const network = (address >> BigInt(64 - bits)) << BigInt(64 - bits);
    const groups = [48n, 32n, 16n, 0n].map((shift) => ((network >> shift) & 0xffffn).toString(16));
    return `${groups.join(":")}::/${bits}`;
  }, LENGTHS6);
  return { ipv4, ipv6, source: "generated, lengths as in a routing table (ROUTES=FILE.gz names a real one)" };
}

/**
 * Some of a list, in its order.
 * @param {readonly string[]} list
 * @param {number} count
 */
export function some(list, count) {
  return Array.from({ length: count }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / count)] ?? "");
}
