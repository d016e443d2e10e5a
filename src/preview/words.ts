// How the page names things.
import type { PolicyEntry, Verdict } from "../policy/index.ts";
import type { Look } from "./space.ts";

const LOOKS: Readonly<Record<Look, string>> = {
  return: "left alone",
  masquerade: "masqueraded",
  mixed: "some of both",
};

/** `left alone`, `masqueraded`, `some of both`. */
export const lookName = (look: Look | Verdict): string => LOOKS[look];

/** Where an entry comes from. */
export function sourceName({ origin, reason }: PolicyEntry): string {
  return origin ? `line ${origin.line}` : reason === "link-local" ? "link-local" : "a default";
}

/** The entry that decides, and where it comes from. */
export function entryName(entry: PolicyEntry | undefined): string {
  return entry ? `${entry.prefix.network}, ${sourceName(entry)}` : "no entry contains it";
}

/** A share of the IPv4 space, in per cent with enough digits to see something. */
export function formatShare(addresses: number): string {
  const share = (addresses / 2 ** 32) * 100;
  if (share === 0 || share === 100) return `${share} %`;
  return share < 0.01 ? "under 0.01 %" : share > 99.99 ? "over 99.99 %" : `${share.toFixed(2)} %`;
}

/** `16,777,216`. */
export const formatCount = (count: number): string => count.toLocaleString("en-US");

export const plural = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
