// The IPv4 space under one policy or two: which stretches have the same answer, and what a block of it looks like.
import { explain, type FamilyPolicy, type PolicyEntry, type Verdict } from "../policy/index.ts";

/** A stretch of addresses with one answer; it ends where the next begins. */
export interface Stretch {
  /** Its first address. */
  readonly first: number;
  readonly verdict: Verdict;
  /** The entry that decides; undefined where none does. */
  readonly entry: PolicyEntry | undefined;
}

/** A block of addresses: 2^(32 - bits) of them. */
export interface Block {
  readonly first: number;
  readonly bits: number;
}

export const WHOLE: Block = { first: 0, bits: 0 };
const END = 2 ** 32;

export const sizeOf = ({ bits }: Block): number => 2 ** (32 - bits);

/** `10.1.0.0`. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

export const formatBlock = ({ first, bits }: Block): string => `${formatAddress(first)}/${bits}`;

function parseBlock(network: string): Block {
  const [address = "", bits] = network.split("/");
  return { first: address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0), bits: Number(bits) };
}

/** The stretches of the whole space in order, the first from 0; neighbours differ in their entry. */
export function stretchesOf(policy: FamilyPolicy): readonly Stretch[] {
  const borders = new Set([0]);
  for (const { prefix } of policy.entries) {
    const block = parseBlock(prefix.network);
    borders.add(block.first);
    borders.add(block.first + sizeOf(block));
  }
  borders.delete(END);
  const firsts = [...borders].sort((a, b) => a - b);
  const stretches = explain([policy], firsts.map(formatAddress)).map((answer, i): Stretch => {
    const first = firsts[i] ?? 0;
    return answer.ok
      ? { first, verdict: answer.verdict, entry: answer.entry }
      : { first, verdict: "masquerade", entry: undefined };
  });
  return stretches.filter((stretch, i) => i === 0 || stretch.entry !== stretches[i - 1]?.entry);
}

/** What a block looks like. */
export const LOOKS = ["return", "masquerade", "mixed"] as const;
export type Look = (typeof LOOKS)[number];

/** The stretch that an address lies in, as an index. O(log n). */
export function findStretch(stretches: readonly Stretch[], address: number): number {
  let low = 0;
  let high = stretches.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.first ?? END) <= address) low = middle;
    else high = middle;
  }
  return low;
}

/** The stretches that reach into a block. */
export function stretchesIn(stretches: readonly Stretch[], block: Block): readonly Stretch[] {
  const from = findStretch(stretches, block.first);
  return stretches.slice(from, findStretch(stretches, block.first + sizeOf(block) - 1) + 1);
}

/** The look of each of the `count` equal parts of a block, as indexes of {@link LOOKS}, in the order of addresses. */
export function looksOf(stretches: readonly Stretch[], block: Block, count: number): Uint8Array {
  const looks = new Uint8Array(count);
  const size = sizeOf(block) / count;
  let at = findStretch(stretches, block.first);
  for (let i = 0; i < count; i++) {
    const end = block.first + (i + 1) * size;
    let look: Look | undefined;
    for (;;) {
      const verdict = stretches[at]?.verdict ?? "masquerade";
      look = look === undefined || look === verdict ? verdict : "mixed";
      const next = stretches[at + 1]?.first ?? END;
      if (next > end - 1) {
        if (next === end) at++;
        break;
      }
      at++;
    }
    looks[i] = LOOKS.indexOf(look);
  }
  return looks;
}

/** Which of the `count` equal parts of a block hold an address whose verdict differs between the two: 1, else 0. */
export function changesOf(a: readonly Stretch[], b: readonly Stretch[], block: Block, count: number): Uint8Array {
  const changed = new Uint8Array(count);
  const size = sizeOf(block) / count;
  const end = block.first + sizeOf(block);
  let i = findStretch(a, block.first);
  let j = findStretch(b, block.first);
  let from = block.first;
  while (from < end) {
    const until = Math.min(a[i + 1]?.first ?? END, b[j + 1]?.first ?? END, end);
    if (a[i]?.verdict !== b[j]?.verdict) {
      changed.fill(1, Math.floor((from - block.first) / size), Math.ceil((until - block.first) / size));
    }
    if ((a[i + 1]?.first ?? END) === until) i++;
    if ((b[j + 1]?.first ?? END) === until) j++;
    from = until;
  }
  return changed;
}
