// Port ranges as rules: each takes its share of a protocol's packets.
// This module is browser-compatible.
import type { PortRange } from "../../policy/index.ts";

const PROTOCOLS = ["tcp", "udp", "sctp"] as const;

/** The rules for all protocols and ranges. `write` makes one from the protocol, the match for the share, and the range. */
export function portRules(
  ports: readonly PortRange[],
  write: (protocol: string, share: string, range: string) => string,
): readonly string[] {
  const ranges = ports.map((range, i) => {
    const left = ports.slice(i);
    const share = left.length > 1 ? `-m statistic --mode random --probability ${probability(left)} ` : "";
    return { share, text: range.first === range.last ? `${range.first}` : `${range.first}-${range.last}` };
  });
  return PROTOCOLS.flatMap((protocol) => ranges.map(({ share, text }) => write(protocol, share, text)));
}

const size = ({ first, last }: PortRange) => BigInt(last - first + 1);

/**
 * The first range's share of all ports, as iptables prints it: the kernel stores it as a 31-bit fraction, which
 * libxt_statistic prints with 11 decimals, rounded half to even.
 */
function probability(left: readonly PortRange[]): string {
  const part = size(left[0] as PortRange);
  const all = left.reduce((sum, range) => sum + size(range), 0n);
  const fraction = ((part << 32n) + all) / (all << 1n);
  const scaled = fraction * 10n ** 11n;
  const half = 1n << 30n;
  const rest = scaled & ((1n << 31n) - 1n);
  const floor = scaled >> 31n;
  const rounded = rest > half || (rest === half && (floor & 1n) === 1n) ? floor + 1n : floor;
  return `0.${String(rounded).padStart(11, "0")}`;
}
