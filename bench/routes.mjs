// @ts-check
// A large list of prefixes to measure with: a routing table that ROUTES names, or one made up with the same lengths.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A file of prefixes, one a line, both families, plain or gzipped. */
const TABLE = process.env.ROUTES ?? "";

const CACHE = "build/routes-generated.txt";

/**
 * How many prefixes of each length the real table had that the last figures were measured with.
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
 * Random numbers of 32 bits: the same each time (xorshift32).
 * @returns {() => number}
 */
function numbers() {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** @param {"ipv4" | "ipv6"} family */
function generate(family) {
  const random = numbers();
  const digits = family === "ipv4" ? 8 : 32;
  /** As hexadecimal digits and a length of three, which sort as prefixes do. @type {Set<string>} */
  const seen = new Set();
  for (const [length, count] of Object.entries(LENGTHS[family])) {
    const bits = Number(length);
    for (let left = count, tries = 0; left > 0 && tries < count * 20; tries++) {
      // The part of the space that is in use: 1.0.0.0 to 223.255.255.255, and 2000::/4.
      let hex = (family === "ipv4" ? 1 + (random() % 223) : 0x20 | (random() & 15)).toString(16).padStart(2, "0");
      while (hex.length < digits && hex.length * 4 < bits) hex += (random() & 0xffffff).toString(16).padStart(6, "0");
      // The digit that the length cuts through keeps its upper bits.
      const whole = bits >> 2;
      const cut = Number.parseInt(hex[whole] ?? "0", 16) & (0xf0 >> (bits & 3));
      const network = `${hex.slice(0, whole)}${cut.toString(16)}`.slice(0, digits).padEnd(digits, "0");
      const key = `${network}${length.padStart(3, "0")}`;
      if (seen.has(key)) continue;
      seen.add(key);
      left--;
    }
  }
  return [...seen].sort().map((key) => `${text(key.slice(0, digits))}/${Number(key.slice(digits))}`);
}

/** @param {string} hex the digits of an address */
function text(hex) {
  if (hex.length === 8) return (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join(".");
  const groups = (hex.match(/..../g) ?? []).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
  return groups.replace(/(:0)+$/, "::");
}

/**
 * The prefixes, by family, in the order of the table, and what they are.
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
  return { ...split(readFileSync(CACHE, "utf8")), source: "made up with the lengths of a real routing table" };
}

/** @param {string} list */
function split(list) {
  const lines = list.trimEnd().split(/\r?\n/);
  return {
    ipv4: lines.filter((line) => !line.includes(":")),
    ipv6: lines.filter((line) => line.includes(":")),
  };
}
