// Carries over the counters of intervals that are split or merged.
// This module is browser-compatible.
import { addressOf, type Family, type Interval, parseAddresses } from "../../core/index.ts";
import type { ObservedElement } from "./observed.ts";
import type { Counter, Element } from "./table.ts";

/**
 * The initial counters of added elements: a removed interval passes its counter to the first added one that overlaps it
 * and has the same verdict. So a CIDR keeps its counter if another one is inserted inside it.
 */
export function carryCounters(
  family: Family,
  added: readonly Element[],
  removed: readonly ObservedElement[],
): ReadonlyMap<string, Counter> {
  const counters = new Map<string, Counter>();
  const counted = removed.filter(({ counter }) => counter && counter.packets > 0n);
  if (counted.length === 0 || added.length === 0) return counters;
  const to = placeElements(family, added);
  for (const { element, interval } of placeElements(family, counted)) {
    const heir = heirOf(interval, element, to);
    if (!heir || !element.counter) continue;
    const { packets, bytes } = counters.get(heir.key) ?? { packets: 0n, bytes: 0n };
    counters.set(heir.key, { packets: packets + element.counter.packets, bytes: bytes + element.counter.bytes });
  }
  return counters;
}

/** An element and its addresses. */
export interface Placed<E extends Element> {
  readonly element: E;
  readonly interval: Interval;
}

/** The first element that overlaps the interval and has the same verdict. */
function heirOf(interval: Interval, { verdict }: Element, to: readonly Placed<Element>[]): Element | undefined {
  let [low, high] = [0, to.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((to[middle]?.interval.last ?? 0n) < interval.first) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < to.length; i++) {
    const { element, interval: other } = to[i] as Placed<Element>;
    if (other.first > interval.last) return undefined;
    if (element.verdict === verdict) return element;
  }
  return undefined;
}

/** Elements in address order, without those whose key is not an interval. */
export function placeElements<E extends Element>(family: Family, elements: readonly E[]): readonly Placed<E>[] {
  const width = family === "ipv4" ? 32 : 128;
  const ends = elements.map(({ key }) => key.split("/")[0]?.split("-") ?? []);
  const first = parseAddresses(ends.map(([from = ""]) => from));
  const last = parseAddresses(ends.map(([from = "", to = from]) => to));
  const placed = elements.flatMap((element, i): Placed<E>[] => {
    if (!first.read[i]?.ok || !last.read[i]?.ok) return [];
    const from = addressOf(first.records, i);
    const bits = /\/(\d+)$/.exec(element.key)?.[1];
    const to = bits === undefined ? addressOf(last.records, i) : from + (1n << BigInt(width - Number(bits))) - 1n;
    return [{ element, interval: { first: from, last: to } }];
  });
  return placed.sort((a, b) => (a.interval.first < b.interval.first ? -1 : 1));
}
