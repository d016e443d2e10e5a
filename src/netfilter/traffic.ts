// The packets that a walk is about, and what is known of those that have come to a rule.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import { bitsOf } from "./addresses.ts";
import type { Names } from "./interface-names.ts";
import { allOf, type Intervals } from "./intervals.ts";
import { STATE_BITS, STATUS_BITS } from "./names.ts";

/** Packets that open a connection. What is not said may have any value, except marks and `dnat`: see there. */
export interface Traffic {
  readonly source?: Intervals | undefined;
  readonly destination?: Intervals | undefined;
  readonly protocol?: Intervals | undefined;
  readonly sourcePort?: Intervals | undefined;
  readonly destinationPort?: Intervals | undefined;
  /** Names; a trailing `*` stands for any rest. */
  readonly inputInterface?: readonly string[] | undefined;
  readonly outputInterface?: readonly string[] | undefined;
  /** 0 unless it is said. */
  readonly mark?: bigint | "unknown" | undefined;
  /** 0 unless it is said. */
  readonly connectionMark?: bigint | "unknown" | undefined;
  /** Has a service's address been replaced by that of one of its pods? No unless it is said. */
  readonly dnat?: boolean | "unknown" | undefined;
}

/** The default values of a packet from a pod that no service has translated. */
export type Assumption = "mark" | "connectionMark" | "dnat";

/** A number of which some bits are known. */
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

/** Why packets of one question may go different ways: what is not known of them, or a match that is not interpreted. */
export interface Undecided {
  /** What must be known: a field, `destination address type`, or the match's name. */
  readonly about: string;
  /** `field`: to know more of the packet would decide. `match`: it is not interpreted. `chance`: it may differ each time. */
  readonly kind: "field" | "match" | "chance" | "order";
  /** The rule as its tool prints it. */
  readonly rule: string;
}

/** A list that shares its rest. */
export interface Reasons {
  readonly reason: Undecided;
  readonly rest: Reasons | undefined;
  readonly length: number;
}

/** A set of packets at one place of the walk. */
export interface State {
  readonly numbers: Readonly<Record<IntervalField, Intervals>>;
  readonly bits: Readonly<Record<BitsField, Bits>>;
  readonly inputInterface: Names;
  readonly outputInterface: Names;
  /** The outcomes of matches that are not interpreted: for one packet each of them always has the same. */
  readonly answers: ReadonlyMap<string, boolean>;
  readonly because: Reasons | undefined;
}

const ALL_BITS = 0xffff_ffffn;
const known = (value: bigint | "unknown" | undefined): Bits =>
  value === "unknown" ? { value: 0n, known: 0n } : { value: value ?? 0n, known: ALL_BITS };

/** What is known of a connection's status at its first packet, when its source has not been translated. */
const FIRST_STATUS = ["dnat", "snat", "seen-reply", "assured", "confirmed"];
const statusBits = FIRST_STATUS.reduce((bits, name) => bits | (STATUS_BITS[name] ?? 0n), 0n);

function statusOf(dnat: Traffic["dnat"]): Bits {
  const bit = STATUS_BITS.dnat ?? 0n;
  if (dnat === "unknown") return { value: 0n, known: statusBits & ~bit };
  return { value: dnat ? bit : 0n, known: statusBits };
}

/** The first state of a walk. */
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

/** Most reasons that a state remembers. */
const MOST_REASONS = 50;

export function withReason(state: State, reason: Undecided): State {
  const { because } = state;
  if ((because?.length ?? 0) >= MOST_REASONS) return state;
  return { ...state, because: { reason, rest: because, length: (because?.length ?? 0) + 1 } };
}

export function reasonsOf({ because }: State): readonly Undecided[] {
  const list: Undecided[] = [];
  for (let at = because; at; at = at.rest) list.push(at.reason);
  return list;
}
