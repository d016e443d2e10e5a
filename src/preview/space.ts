// The IPv4 space under one policy or two: which stretches have the same verdict, and how a block of it looks.
import {
  type FamilyPolicy,
  formatVerdict,
  type PolicyRule,
  type Space,
  type SpaceChange,
  spaceOf,
  type Verdict,
} from "../policy/index.ts";

/** A stretch of addresses that one rule decides; it ends where the next one begins. */
export interface Stretch {
  /** Its first address. */
  readonly first: number;
  readonly verdict: Verdict;
  /** The rule that decides; undefined if none does. */
  readonly rule: PolicyRule | undefined;
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

/** The stretches of a family's space in order, the first from 0; neighbours differ in their rule. */
export function stretchesOf({ segments, at }: Space): readonly Stretch[] {
  return Array.from({ length: segments.length }, (_, i): Stretch => {
    const { verdict, rule } = at(i);
    return { first: Number(segments.first(i)), verdict, rule };
  });
}

/** The IPv4 space of a policy. */
export const ipv4SpaceOf = (policy: FamilyPolicy): Space => spaceOf([policy], "ipv4");

/** How a block can look. */
export const LOOKS = ["keep", "masquerade", "snat", "mixed"] as const;
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
    let look: Look = stretches[at]?.verdict.kind ?? "masquerade";
    const treatment = treatmentOf(stretches[at]);
    while ((stretches[at + 1]?.first ?? END) < end) {
      at++;
      if (treatmentOf(stretches[at]) !== treatment) look = "mixed";
    }
    if (stretches[at + 1]?.first === end) at++;
    looks[i] = LOOKS.indexOf(look);
  }
  return looks;
}

const treatmentOf = (stretch: Stretch | undefined) => (stretch ? formatVerdict(stretch.verdict) : "");

/** For each of the `count` equal parts of a block, 1 if it contains an address whose verdict changes, else 0. */
export function changesIn(changes: readonly SpaceChange[], block: Block, count: number): Uint8Array {
  const changed = new Uint8Array(count);
  const size = sizeOf(block) / count;
  const end = block.first + sizeOf(block);
  for (const { first, last } of changes) {
    const [from, until] = [Math.max(Number(first), block.first), Math.min(Number(last) + 1, end)];
    if (from >= until) continue;
    changed.fill(1, Math.floor((from - block.first) / size), Math.ceil((until - block.first) / size));
  }
  return changed;
}
