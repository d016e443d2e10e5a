// Slow, obviously right twins of what the core does, and random input for both.
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
  // The longest run of at least two zero groups, the first of equals.
  for (let length = 8; length >= 2; length--) {
    for (let at = 0; at + length <= 8; at++) {
      if (groups.slice(at, at + length).every((group) => group === "0")) {
        return `${groups.slice(0, at).join(":")}::${groups.slice(at + length).join(":")}`;
      }
    }
  }
  return text;
}

/** Sorted as the core sorts: IPv4 first, then by address, then the shorter first; equal ones keep their order. */
export function sortSlow(list: readonly Prefix[]): Prefix[] {
  const order = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
  return [...list].sort(
    (a, b) => width(a) - width(b) || order(a.address, b.address) || order(BigInt(a.bits), BigInt(b.bits)),
  );
}

/** The prefix that has `a` and `b` as its halves, or undefined where none has. */
function wholeOf(a: Prefix, b: Prefix): Prefix | undefined {
  if (a.family !== b.family || a.bits !== b.bits || a.bits === 0) return undefined;
  const half = 1n << BigInt(width(a) - a.bits);
  const isLower = (a.address & half) === 0n;
  return isLower && b.address === a.address + half ? { ...a, bits: a.bits - 1 } : undefined;
}

/** The smallest list: what another contains is thrown out, then halves are joined until no two are left. */
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

/** Aligned prefixes of both families, crowded enough that many nest or repeat. */
export function prefixes(): fc.Arbitrary<Prefix[]> {
  const one = fc
    .tuple(fc.boolean(), fc.nat(128), fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.nat(3))
    .map(([v4, length, random, crowd]): Prefix => {
      const family = v4 ? "ipv4" : "ipv6";
      const size = v4 ? 32 : 128;
      const bits = length % (size + 1);
      // Few leading bits vary in a crowd, so that prefixes meet.
      const spread = crowd === 0 ? random : crowd === 1 ? 0n : (random & 0xfn) << BigInt(crowd === 2 ? 124 : 94);
      const shift = BigInt(size - bits);
      return { family, address: ((spread >> BigInt(128 - size)) >> shift) << shift, bits };
    });
  return fc.array(one, { maxLength: 40 });
}

/** An address of ::ffff:0:0/96 stands for one of IPv4. */
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
