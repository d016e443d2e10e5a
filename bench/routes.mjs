// @ts-check
// Prefixes and addresses to measure with: the routing table in ROUTES, or random prefixes with the same lengths.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A file of prefixes, one per line, both families, plain or gzipped. */
const TABLE = process.env.ROUTES ?? "";

const CACHE = "build/routes-generated.txt";

/**
 * The number of prefixes of each length in the real table that the last figures were measured with.
 * @type {Readonly<Record<"ipv4" | "ipv6", Readonly<Record<number, number>>>>}
 */
const LENGTHS = {
  ipv4: {
    ...{ 8: 16, 9: 13, 10: 38, 11: 103, 12: 299, 13: 581, 14: 1203, 15: 2100, 16: 13490, 17: 8235, 18: 13798 },
    ...{ 19: 24870, 20: 42611, 21: 50750, 22: 108623, 23: 96510, 24: 537698, 25: 20, 26: 3, 27: 11, 28: 18, 29: 17 },
    ...{ 30: 3, 31: 3, 32: 886 },
  },
  ipv6: {
    ...{ 19: 1, 20: 16, 21: 3, 22: 7, 23: 8, 24: 30, 25: 8, 26: 15, 27: 20, 28: 193, 29: 4371, 30: 650, 31: 284 },
    ...{ 32: 22548, 33: 2926, 34: 2603, 35: 1043, 36: 5996, 37: 880, 38: 1617, 39: 1377, 40: 13418, 41: 903, 42: 2301 },
    ...{ 43: 1001, 44: 14365, 45: 1553, 46: 3039, 47: 3153, 48: 75488, 56: 24, 64: 184, 127: 42, 128: 6 },
  },
};

/**
 * Random 32-bit numbers, the same each time (xorshift, Marsaglia 2003).
 * @returns {() => number}
 */
export function numbers() {
  let state = 2463534242;
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

/** @param {bigint} address of 128 bits */
function colons(address) {
  const groups = Array.from({ length: 8 }, (_, i) => ((address >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return groups.join(":").replace(/(:0)+$/, "::");
}

/**
 * An address in the used part of the space: 1.0.0.0 to 223.255.255.255, or 2000::/4, where the long prefixes crowd in few of
 * the short ones.
 * @param {"ipv4" | "ipv6"} family
 * @param {() => number} random
 */
function place(family, random) {
  if (family === "ipv4") return BigInt(0x01000000 + (random() % 0xdf000000));
  const allocation = 0x20000000 + (random() % 30_000) * 997;
  return [allocation, random(), random(), random()].reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

/**
 * Sorted prefixes. Most are next to the one before, as in real tables: whoever announces a block usually also announces its
 * neighbours.
 * @param {"ipv4" | "ipv6"} family
 */
function generate(family) {
  const random = numbers();
  const width = family === "ipv4" ? 32 : 128;
  /** As hexadecimal digits, of which the last two are the length, so that they sort like prefixes. @type {Set<string>} */
  const all = new Set();
  for (const [length, count] of Object.entries(LENGTHS[family])) {
    const block = 1n << BigInt(width - Number(length));
    let network = 0n;
    for (const goal = all.size + count; all.size < goal; ) {
      network = random() % 4 === 0 || network === 0n ? (place(family, random) / block) * block : network + block;
      all.add(((network << 8n) | BigInt(length)).toString(16).padStart(width / 4 + 2, "0"));
    }
  }
  return [...all].sort().map((digits) => {
    const address = `0x${digits.slice(0, -2)}`;
    const length = Number.parseInt(digits.slice(-2), 16);
    return `${family === "ipv4" ? dotted(Number(address)) : colons(BigInt(address))}/${length}`;
  });
}

/**
 * The prefixes by family, in the order of the table, and a description of them.
 * @returns {{ ipv4: string[], ipv6: string[], source: string }}
 */
export function routes() {
  if (TABLE !== "") {
    const bytes = readFileSync(TABLE);
    return { ...split((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()), source: "a real routing table" };
  }
  if (!existsSync(CACHE)) {
    mkdirSync("build", { recursive: true });
    writeFileSync(CACHE, [...generate("ipv4"), ...generate("ipv6")].join("\n"));
  }
  return { ...split(readFileSync(CACHE, "utf8")), source: "random, with the prefix lengths of a real routing table" };
}

/** @param {string} list */
function split(list) {
  const lines = list.trimEnd().split(/\r?\n/);
  return {
    ipv4: lines.filter((line) => !line.includes(":")),
    ipv6: lines.filter((line) => line.includes(":")),
  };
}

/**
 * Some items of a list, in its order.
 * @param {readonly string[]} list
 * @param {number} count
 */
export function some(list, count) {
  return Array.from({ length: count }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / count)] ?? "");
}

/**
 * A list in random order, the same each time.
 * @param {readonly string[]} list
 */
function shuffle(list) {
  const random = numbers();
  const all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = random() % (i + 1);
    [all[i], all[j]] = [all[j] ?? "", all[i] ?? ""];
  }
  return all;
}

/** Writes the IPv4 prefixes to files, in two orders, so that the measured processes need not hold a million strings. */
export function writeLists() {
  const { ipv4, source } = routes();
  const files = { "in order": "build/bench-routes.txt", shuffled: "build/bench-routes-shuffled.txt" };
  mkdirSync("build", { recursive: true });
  writeFileSync(files["in order"], `${ipv4.join("\n")}\n`);
  writeFileSync(files.shuffled, `${shuffle(ipv4).join("\n")}\n`);
  return { files, count: ipv4.length, source };
}
