// Slow, obviously correct reference implementations of the core's functions, and random input for both.
import { isIP } from "node:net";
import fc from "fast-check";

export interface Prefix {
  family: "ipv4" | "ipv6";
  /** As a number of 32 or 128 bits. */
  address: bigint;
  bits: number;
}

const width = ({ family }: Prefix) => (family === "ipv4" ? 32 : 128);

export function contains(outer: Prefix, inner: Prefix): boolean {
  if (outer.family !== inner.family || outer.bits > inner.bits) return false;
  const shift = BigInt(width(outer) - outer.bits);
  return outer.address >> shift === inner.address >> shift;
}

export function formatSlow(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.bits}`;
}

export function formatAddress({ family, address }: Prefix): string {
  if (family === "ipv4") return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join(".");
  if (address >> 32n === 0xffffn) {
    return `::ffff:${formatAddress({ family: "ipv4", address: address & 0xffffffffn, bits: 32 })}`;
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((address >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const text = groups.join(":");
  // The longest run of at least two zero groups; of equal runs the first.
  for (let length = 8; length >= 2; length--) {
    for (let at = 0; at + length <= 8; at++) {
      if (groups.slice(at, at + length).every((group) => group === "0")) {
        return `${groups.slice(0, at).join(":")}::${groups.slice(at + length).join(":")}`;
      }
    }
  }
  return text;
}

/** Sorted in the core's order: IPv4 first, then by address, then the shorter prefix first; equal ones keep their order. */
export function sortSlow(list: readonly Prefix[]): Prefix[] {
  const order = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
  return [...list].sort(
    (a, b) => width(a) - width(b) || order(a.address, b.address) || order(BigInt(a.bits), BigInt(b.bits)),
  );
}

/** The prefix whose halves are `a` and `b`, or undefined if there is none. */
function wholeOf(a: Prefix, b: Prefix): Prefix | undefined {
  if (a.family !== b.family || a.bits !== b.bits || a.bits === 0) return undefined;
  const half = 1n << BigInt(width(a) - a.bits);
  const isLower = (a.address & half) === 0n;
  return isLower && b.address === a.address + half ? { ...a, bits: a.bits - 1 } : undefined;
}

/** The smallest list: covered prefixes are removed, then halves are merged until no two are left. */
export function smallestSlow(list: readonly Prefix[]): Prefix[] {
  const left = list.filter(
    (inner, i) => !list.some((outer, j) => i !== j && contains(outer, inner) && (outer.bits < inner.bits || j < i)),
  );
  for (;;) {
    const pair = left.flatMap((a) => left.flatMap((b) => (wholeOf(a, b) ? [[a, b] as const] : [])))[0];
    if (!pair) return sortSlow(left);
    for (const half of pair) left.splice(left.indexOf(half), 1);
    left.push(wholeOf(...pair) as Prefix);
  }
}

/** Aligned prefixes of both families, so crowded that many nest or repeat. */
export function prefixes(): fc.Arbitrary<Prefix[]> {
  const one = fc
    .tuple(fc.boolean(), fc.nat(128), fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.nat(3))
    .map(([v4, length, random, crowd]): Prefix => {
      const family = v4 ? "ipv4" : "ipv6";
      const size = v4 ? 32 : 128;
      const bits = length % (size + 1);
      // In a crowd only a few leading bits vary, so that prefixes nest.
      const spread = crowd === 0 ? random : crowd === 1 ? 0n : (random & 0xfn) << BigInt(crowd === 2 ? 124 : 94);
      const shift = BigInt(size - bits);
      return { family, address: ((spread >> BigInt(128 - size)) >> shift) << shift, bits };
    });
  return fc.array(one, { maxLength: 40 });
}

/** An address in ::ffff:0:0/96 means an IPv4 address. */
function unmap(address: Prefix): Prefix {
  if (address.family === "ipv4" || address.address >> 32n !== 0xffffn) return address;
  return { family: "ipv4", address: address.address & 0xffffffffn, bits: 32 };
}

/** Addresses at and around the edges of the prefixes, and random ones. */
export function addressesNear(list: readonly Prefix[]): Prefix[] {
  return list.flatMap((prefix) => {
    const size = width(prefix);
    const last = prefix.address | ((1n << BigInt(size - prefix.bits)) - 1n);
    return [prefix.address - 1n, prefix.address, last, last + 1n]
      .filter((address) => address >= 0n && address < 1n << BigInt(size))
      .map((address) => unmap({ family: prefix.family, address, bits: size }));
  });
}

/** Random whole numbers below a bound, the same in each run, and cheap enough for hundreds of thousands of cases. */
export function numbersBelow(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Every list of up to `most` of these items. */
export function* listsOf<T>(items: readonly T[], most: number): Generator<T[]> {
  yield [];
  if (most === 0) return;
  for (const rest of listsOf(items, most - 1)) for (const item of items) yield [item, ...rest];
}

/**
 * Is this an address according to Node's parser? With two exceptions: addresses with a zone do not count, because no packet carries
 * one, and a group may have any number of leading zeros, as in Go.
 */
export function isAddressSlow(text: string): boolean {
  return (
    isIP(text.includes(":") ? text.replace(/(^|:)0+(?=[0-9a-f]+(:|$))/gi, "$1") : text) !== 0 && !text.includes("%")
  );
}

/** The address in a line, by its words and Node's address parser; empty if there is none. */
export function addressSlow(line: string): string {
  for (const [word] of line.matchAll(/[0-9A-Za-z.:%]+/g)) {
    const trimmed = word.replace(/\.+$/, "");
    for (const text of [trimmed, trimmed.replace(/:$/, "")]) {
      const bare = text.replace(/%.+$/s, "");
      if (bare.includes(":") && isAddressSlow(bare)) return bare;
    }
    const part = trimmed.split(":").find(isAddressSlow);
    if (part !== undefined) return part;
  }
  return "";
}

/** The meaning of a line of a plain list, or undefined if it is not a prefix that a rule can match. */
export function readPrefixSlow(text: string): Prefix | undefined {
  const [address = "", length, more] = text.split("/");
  if (more !== undefined || !isAddressSlow(address)) return undefined;
  const v4 = !address.includes(":");
  const size = v4 ? 32 : 128;
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const bits = length === undefined ? size : Number(length);
  const value = v4 ? numberOf(address.split(".").map(Number), 8n) : ipv6Number(address);
  if (bits > size || value & ((1n << BigInt(size - bits)) - 1n)) return undefined;
  const prefix: Prefix = { family: v4 ? "ipv4" : "ipv6", address: value, bits };
  // A packet to a mapped address carries the IPv4 address; a prefix of mapped addresses has to be written as IPv4.
  if (v4 || value >> 32n !== 0xffffn || bits < 96) return prefix;
  return length === undefined ? unmap(prefix) : undefined;
}

const numberOf = (parts: readonly number[], width: bigint) =>
  parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n);

function ipv6Number(text: string): bigint {
  const groups = text.replace(/[0-9]+\.[0-9.]+$/, (quad) => {
    const [a = 0, b = 0, c = 0, d = 0] = quad.split(".").map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [before = [], after = []] = groups.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const zeros = new Array<string>(8 - before.length - after.length).fill("0");
  return numberOf(
    [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16)),
    16n,
  );
}
