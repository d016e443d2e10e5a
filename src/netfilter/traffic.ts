// The packets of a walk, and what is known about those that have reached a rule.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import { bitsOf } from "./addresses.ts";
import type { Names } from "./interface-names.ts";
import { allOf, type Intervals } from "./intervals.ts";
import { STATE_BITS, STATUS_BITS } from "./names.ts";

/** Packets that open a connection. A property that is not given may have any value, except marks and `dnat` (see there). */
export interface Traffic {
  readonly source?: Intervals | undefined;
  readonly destination?: Intervals | undefined;
  readonly protocol?: Intervals | undefined;
  readonly sourcePort?: Intervals | undefined;
  readonly destinationPort?: Intervals | undefined;
  /** Interface names; a trailing `*` is a wildcard. */
  readonly inputInterface?: readonly string[] | undefined;
  readonly outputInterface?: readonly string[] | undefined;
  /** By default 0. */
  readonly mark?: bigint | "unknown" | undefined;
  /** By default 0. */
  readonly connectionMark?: bigint | "unknown" | undefined;
  /** Whether a service's address was replaced by the address of one of its pods. By default false. */
  readonly dnat?: boolean | "unknown" | undefined;
}

/** The default values of a packet from a pod that no service has translated. */
export type Assumption = "mark" | "connectionMark" | "dnat";

/** A number with some known bits. */
export interface Bits {
  readonly value: bigint;
  readonly known: bigint;
}

export type IntervalField = "source" | "destination" | "protocol" | "sourcePort" | "destinationPort";
export const INTERVAL_FIELDS: readonly IntervalField[] = [
  ...(["source", "destination", "protocol", "sourcePort", "destinationPort"] as const),
];
export type BitsField = "mark" | "connectionMark" | "state" | "status";
export const BITS_FIELDS: readonly BitsField[] = ["mark", "connectionMark", "state", "status"];

/** Why the packets of one walk may have different outcomes: an unknown property, or a match that is not interpreted. */
export interface Undecided {
  /** What must be known: a field, `destination address type`, or the match's name. */
  readonly about: string;
  /** `field`: more details of the packet would decide. `match`: it is not interpreted. `chance`: it may differ each time. */
  readonly kind: "field" | "match" | "chance" | "order";
  /** The rule as its tool prints it. */
  readonly rule: string;
}

/** A linked list, whose rest several lists may share. */
export interface Reasons {
  readonly reason: Undecided;
  readonly rest: Reasons | undefined;
  readonly length: number;
}

/** A set of packets at one point of the walk. */
export interface State {
  readonly numbers: Readonly<Record<IntervalField, Intervals>>;
  readonly bits: Readonly<Record<BitsField, Bits>>;
  readonly inputInterface: Names;
  readonly outputInterface: Names;
  /** The outcomes of matches that are not interpreted: each has the same outcome every time for one packet. */
  readonly answers: ReadonlyMap<string, boolean>;
  readonly because: Reasons | undefined;
}

const ALL_BITS = 0xffff_ffffn;
const known = (value: bigint | "unknown" | undefined): Bits =>
  value === "unknown" ? { value: 0n, known: 0n } : { value: value ?? 0n, known: ALL_BITS };

/** The known status bits of a connection at its first packet, before its source is translated. */
const FIRST_STATUS = ["dnat", "snat", "seen-reply", "assured", "confirmed"];
const statusBits = FIRST_STATUS.reduce((bits, name) => bits | (STATUS_BITS[name] ?? 0n), 0n);

function statusOf(dnat: Traffic["dnat"]): Bits {
  const bit = STATUS_BITS.dnat ?? 0n;
  if (dnat === "unknown") return { value: 0n, known: statusBits & ~bit };
  return { value: dnat ? bit : 0n, known: statusBits };
}

/** The initial state of a walk. */
export function stateOf(family: Family, traffic: Traffic): State {
  const addresses = allOf(bitsOf(family));
  return {
    numbers: {
      source: traffic.source ?? addresses,
      destination: traffic.destination ?? addresses,
      protocol: traffic.protocol ?? allOf(8),
      sourcePort: traffic.sourcePort ?? allOf(16),
      destinationPort: traffic.destinationPort ?? allOf(16),
    },
    bits: {
      mark: known(traffic.mark),
      connectionMark: known(traffic.connectionMark),
      status: statusOf(traffic.dnat),
      state: { value: STATE_BITS.new ?? 0n, known: ALL_BITS },
    },
    inputInterface: { of: traffic.inputInterface, not: [] },
    outputInterface: { of: traffic.outputInterface, not: [] },
    answers: new Map(),
    because: undefined,
  };
}

/** The maximum number of reasons in a state. */
const MAX_REASONS = 50;

export function withReason(state: State, reason: Undecided): State {
  const { because } = state;
  if ((because?.length ?? 0) >= MAX_REASONS) return state;
  return { ...state, because: { reason, rest: because, length: (because?.length ?? 0) + 1 } };
}

export function reasonsOf({ because }: State): readonly Undecided[] {
  const list: Undecided[] = [];
  for (let at = because; at; at = at.rest) list.push(at.reason);
  return list;
}
