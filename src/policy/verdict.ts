// Verdicts: what happens to a packet's source address.
// This module is browser-compatible.
import { type AddressRange, formatAddressRange } from "../core/index.ts";

export type Verdict =
  /** The packet keeps its source address. */
  | { readonly kind: "keep" }
  /** It gets the address of the interface that it leaves through. */
  | { readonly kind: "masquerade" }
  /** It gets one of these addresses. */
  | { readonly kind: "snat"; readonly to: AddressRange };

export const KEEP: Verdict = { kind: "keep" };
export const MASQUERADE: Verdict = { kind: "masquerade" };

/** A verdict in one or two words: `keep`, `masquerade`, `snat 203.0.113.5`. Equal verdicts have equal texts. */
export function formatVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case "keep":
    case "masquerade":
      return verdict.kind;
    case "snat":
      return `snat ${formatAddressRange(verdict.to)}`;
  }
}

/** What happens to an address, for messages: `kept`, `masqueraded`, `translated to 203.0.113.5`. */
export function describeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case "keep":
      return "kept";
    case "masquerade":
      return "masqueraded";
    case "snat":
      return `translated to ${formatAddressRange(verdict.to)}`;
  }
}

export function sameVerdict(a: Verdict, b: Verdict): boolean {
  return formatVerdict(a) === formatVerdict(b);
}
