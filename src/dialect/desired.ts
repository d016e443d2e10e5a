// Policy to rules, written the way iptables-save prints them back.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import type { FamilyPolicy, PolicyEntry, PortRange } from "../policy/index.ts";

/** A chain as it shall be. Rules are without `-A CHAIN `, in the spelling and order of `iptables-save`. */
export interface DesiredChain {
  readonly family: Family;
  readonly chain: string;
  /** The one rule of POSTROUTING, without `-A POSTROUTING `. */
  readonly jump: string;
  readonly rules: readonly string[];
}

const RETURN_COMMENT = "ip-masq-agent: local traffic is not subject to MASQUERADE";
const MASQUERADE_COMMENT = "ip-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)";
const PROTOCOLS = ["tcp", "udp", "sctp"] as const;

const comment = (text: string) => `-m comment --comment "${text}"`;

/** The rules that carry out a policy. */
export function desiredChain(policy: FamilyPolicy): DesiredChain {
  const { family, chain, entries, ports, randomFully } = policy;
  const random = randomFully ? " --random-fully" : "";
  return {
    family,
    chain,
    jump:
      `${comment(`ip-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom ${chain} chain`)} ` +
      `-m addrtype ! --dst-type LOCAL -j ${chain}`,
    rules: [
      ...entries.map(entryRule),
      ...PROTOCOLS.flatMap((protocol) => ports.map((_, i) => portRule(protocol, ports.slice(i), random))),
      `${comment(MASQUERADE_COMMENT)} -j MASQUERADE${random}`,
    ],
  };
}

function entryRule({ prefix }: PolicyEntry): string {
  // A rule for every destination is printed without one.
  const destination = prefix.bits === 0 ? "" : `-d ${savedPrefix(prefix.network)} `;
  return `${destination}${comment(RETURN_COMMENT)} -j RETURN`;
}

/**
 * iptables prints addresses with inet_ntop, which writes what lies in ::/96 mixed (`::10.0.0.0`, glibc
 * resolv/inet_ntop.c) where RFC 5952 and Go do not (`::a00:0`).
 */
function savedPrefix(network: string): string {
  const match = /^::([\da-f]+):([\da-f]+)(\/\d+)$/.exec(network);
  if (!match) return network;
  const [high, low] = [match[1], match[2]].map((group) => Number.parseInt(group ?? "", 16)) as [number, number];
  return `::${high >> 8}.${high & 255}.${low >> 8}.${low & 255}${match[3]}`;
}

/** The rule for the first of the ranges left: it takes its share of the packets, and the last takes them all. */
function portRule(protocol: string, left: readonly PortRange[], random: string): string {
  const [range, ...later] = left;
  if (!range) return "";
  const share = later.length > 0 ? `-m statistic --mode random --probability ${probability(left)} ` : "";
  const ports = range.first === range.last ? `${range.first}` : `${range.first}-${range.last}`;
  return `-p ${protocol} ${comment(MASQUERADE_COMMENT)} ${share}-j MASQUERADE --to-ports ${ports}${random}`;
}

const size = ({ first, last }: PortRange) => BigInt(last - first + 1);

/**
 * The first range's part of all, as iptables prints it: the kernel keeps it as a 31-bit fraction, which
 * libxt_statistic prints with 11 decimals, halves to even.
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
