// Converts ranges of addresses to CIDRs and to text.
// This module is browser-compatible.
import { checkAddress, checkList, checkObject, checkText, checkWord } from "./arguments.ts";
import { FAMILIES, type Family, formatNumbers, widthOf } from "./prefix.ts";

/** The addresses from `first` to `last`, both included, in canonical text. */
export interface AddressRange {
  readonly family: Family;
  readonly first: string;
  readonly last: string;
}

/** The blocks of addresses that hosts on one link assign to themselves (RFC 3927, RFC 4291). */
export const LINK_LOCAL_CIDRS = { ipv4: "169.254.0.0/16", ipv6: "fe80::/10" } as const;

/** Formats a range as `203.0.113.5` or `203.0.113.5-203.0.113.9`. */
export function formatAddressRange(range: Omit<AddressRange, "family">): string {
  checkObject(range, "the range", "an object with first and last");
  const { first, last } = range;
  checkText(first, "first", "address");
  checkText(last, "last", "address");
  return first === last ? first : `${first}-${last}`;
}

/** The number of trailing zero bits of an address, up to `limit`. */
function trailingZeros(address: bigint, limit: number): number {
  let zeros = 0;
  while (zeros < limit && ((address >> BigInt(zeros)) & 1n) === 0n) zeros++;
  return zeros;
}

/** Addresses from `first` to `last`, both included, as numbers of 32 or 128 bits. */
export interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/** Throws unless the value is a family, and the others are an interval of its addresses. */
function checkInterval(family: unknown, first: unknown, last: unknown, what = ""): void {
  checkWord(family, FAMILIES, "the family");
  checkAddress(first, widthOf(family), `${what}first`);
  checkAddress(last, widthOf(family), `${what}last`);
  if (first > last) throw new RangeError(`${what}first must not be greater than ${what}last`);
}

/** The largest blocks that fill an interval, in order. */
function* blocksOf(family: Family, { first, last }: Interval): Generator<{ address: bigint; bits: number }> {
  const width = widthOf(family);
  for (let at = first; at <= last; ) {
    // The largest aligned block that begins here and ends within the range.
    let host = trailingZeros(at, width);
    while ((1n << BigInt(host)) - 1n > last - at) host--;
    yield { address: at, bits: width - host };
    at += 1n << BigInt(host);
  }
}

/** Returns the fewest CIDRs that cover exactly these intervals, which must be sorted and apart; in one pass through the core. */
export function intervalsToPrefixes(family: Family, intervals: readonly Interval[]): string[] {
  const blocks = intervals.flatMap((interval) => [...blocksOf(family, interval)]);
  const addresses = formatNumbers(
    family,
    blocks.map(({ address }) => address),
  );
  return blocks.map(({ bits }, i) => `${addresses[i]}/${bits}`);
}

/**
 * Returns the fewest CIDRs that cover exactly the addresses from `first` to `last`, in order: at most two of each length.
 *
 * @example
 * ```ts
 * rangeToPrefixes("ipv4", 0x0a000000n, 0x0a000002n); // ["10.0.0.0/31", "10.0.0.2/32"]
 * ```
 */
export function rangeToPrefixes(family: Family, first: bigint, last: bigint): string[] {
  checkInterval(family, first, last);
  return intervalsToPrefixes(family, [{ first, last }]);
}

/** The prefix length of an interval; undefined if it is not a prefix. */
function prefixLengthOf(family: Family, { first, last }: Interval): number | undefined {
  const size = last - first + 1n;
  if ((size & (size - 1n)) !== 0n || first % size !== 0n) return undefined;
  return widthOf(family) - (size.toString(2).length - 1);
}

/** Formats intervals as nft does, in one pass through the core: as an address, as a CIDR, or as `first-last`. */
export function formatIntervals(family: Family, intervals: readonly Interval[]): string[] {
  checkWord(family, FAMILIES, "the family");
  checkList(intervals, "the intervals", "intervals");
  for (const [i, interval] of intervals.entries()) {
    checkObject(interval, `intervals[${i}]`, "an object with first and last");
    checkInterval(family, interval.first, interval.last, `intervals[${i}].`);
  }
  const addresses = formatNumbers(
    family,
    intervals.flatMap(({ first, last }) => [first, last]),
  );
  return intervals.map((interval, i) => {
    const [from = "", to = ""] = [addresses[2 * i], addresses[2 * i + 1]];
    if (interval.first === interval.last) return from;
    const bits = prefixLengthOf(family, interval);
    return bits === undefined ? `${from}-${to}` : `${from}/${bits}`;
  });
}

/** Formats one interval as {@link formatIntervals} does. */
export function formatRange(family: Family, first: bigint, last: bigint): string {
  checkInterval(family, first, last);
  return formatIntervals(family, [{ first, last }])[0] ?? "";
}
