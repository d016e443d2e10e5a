// Splits packets by a match: those that it matches, and those that it does not.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import { bitsOf, MULTICAST } from "./addresses.ts";
import { splitNames } from "./interface-names.ts";
import { allOf, type Intervals, intersect, normalize, only, single, subtract, unite } from "./intervals.ts";
import type { Match } from "./model.ts";
import { PORT_PROTOCOLS, protocolNumber } from "./names.ts";
import { limitStates } from "./states.ts";
import {
  type Assumption,
  type Bits,
  type BitsField,
  type IntervalField,
  type State,
  type Undecided,
  withReason,
} from "./traffic.ts";

/** What the results depend on, apart from the packet. */
export interface SplitContext {
  readonly family: Family;
  readonly localAddresses: Intervals | undefined;
  /** Called for each default value that a match used. */
  readonly noteAssumption: (field: Assumption) => void;
  /** Counts work; throws if there is too much of it. */
  readonly spend: (amount: number) => void;
}

/** Both parts; packets for which the result is not known are in both. */
export interface Split {
  readonly yes: readonly State[];
  readonly no: readonly State[];
}

/** The name of a field in messages. */
const FIELD_NAMES: Readonly<Record<IntervalField | BitsField, string>> = {
  source: "source",
  destination: "destination",
  protocol: "protocol",
  sourcePort: "source port",
  destinationPort: "port",
  mark: "mark",
  connectionMark: "connection mark",
  state: "connection state",
  status: "connection status",
};

/** Splits packets by a match of a rule. */
export function split(state: State, match: Match, rule: string, context: SplitContext): Split {
  context.spend(1);
  const fork = (yes: State | undefined, no: State | undefined, kind: Undecided["kind"], about: string): Split => {
    if (!yes || !no) return { yes: yes ? [yes] : [], no: no ? [no] : [] };
    const reason = { about, kind, rule };
    return { yes: [withReason(yes, reason)], no: [withReason(no, reason)] };
  };
  switch (match.kind) {
    case "constant":
      return match.value ? { yes: [state], no: [] } : { yes: [], no: [state] };
    case "all":
      return swapIf(match.negated, splitAll(state, match.of, rule, context));
    case "any":
      return swapIf(match.negated, splitAny(state, match.of, rule, context));
    case "name": {
      const { field } = match.key;
      const { yes, no } = splitNames(state[field], match.patterns);
      const about = field === "inputInterface" ? "input interface" : "output interface";
      return swapIf(
        match.negated,
        fork(yes && { ...state, [field]: yes }, no && { ...state, [field]: no }, "field", about),
      );
    }
    case "number": {
      const { field, mask } = match.key;
      const { yes, no } =
        field === "mark" || field === "connectionMark" || field === "state" || field === "status"
          ? splitBits(state, field, mask, match.values, context)
          : splitNumber(state, field, mask, match.values);
      return swapIf(match.negated, fork(yes, no, "field", FIELD_NAMES[field]));
    }
    case "addressType": {
      const { may, sure } = addressesOfTypes(match.types, match.limited, context);
      const domain = state.numbers[match.field];
      const yes = narrow(state, match.field, intersect(domain, may));
      const no = narrow(state, match.field, subtract(domain, sure));
      return swapIf(match.negated, fork(yes, no, "field", `type of the ${match.field} address`));
    }
    case "unknown":
      return splitUnknown(state, match, fork);
  }
}

const swapIf = (negated: boolean, { yes, no }: Split): Split => (negated ? { yes: no, no: yes } : { yes, no });

function splitAll(state: State, of: readonly Match[], rule: string, context: SplitContext): Split {
  let yes: readonly State[] = [state];
  const no: State[] = [];
  for (const match of of) {
    const parts = yes.map((one) => split(one, match, rule, context));
    yes = parts.flatMap((part) => part.yes);
    no.push(...parts.flatMap((part) => part.no));
    if (yes.length === 0) break;
  }
  return { yes, no: limitStates(no) };
}

function splitAny(state: State, of: readonly Match[], rule: string, context: SplitContext): Split {
  let no: readonly State[] = [state];
  let yes: readonly State[] = [];
  for (const match of of) {
    const parts = no.map((one) => split(one, match, rule, context));
    no = limitStates(parts.flatMap((part) => part.no));
    yes = limitStates([...yes, ...parts.flatMap((part) => part.yes)]);
    if (no.length === 0) break;
  }
  return { yes, no };
}

/** The state with fewer values of a field; undefined if none is left. */
function narrow(state: State, field: IntervalField, values: Intervals): State | undefined {
  if (values.length === 0) return undefined;
  return { ...state, numbers: { ...state.numbers, [field]: values } };
}

interface Parts {
  readonly yes: State | undefined;
  readonly no: State | undefined;
}

const WITH_PORTS = normalize(PORT_PROTOCOLS.flatMap((name) => only(protocolNumber(name) ?? 0)));

function splitNumber(state: State, field: IntervalField, mask: bigint | undefined, values: Intervals): Parts {
  const domain = state.numbers[field];
  const isPort = field === "sourcePort" || field === "destinationPort";
  // Packets of other protocols have no ports there.
  if (isPort && subtract(state.numbers.protocol, WITH_PORTS).length > 0) return { yes: state, no: state };
  if (mask !== undefined) {
    const number = single(domain);
    if (number === undefined) return { yes: state, no: state };
    return intersect(only(number & mask), values).length > 0
      ? { yes: state, no: undefined }
      : { yes: undefined, no: state };
  }
  const inside = intersect(domain, values);
  if (inside.length === 0) return { yes: undefined, no: state };
  const outside = subtract(domain, values);
  if (outside.length === 0) return { yes: state, no: undefined };
  return { yes: narrow(state, field, inside), no: narrow(state, field, outside) };
}

const ASSUMED: Readonly<Partial<Record<BitsField, Assumption>>> = {
  mark: "mark",
  connectionMark: "connectionMark",
  status: "dnat",
};

/** The maximum number of unknown bits whose combinations are tried one by one. */
const MAX_UNKNOWN = 6;

function splitBits(
  state: State,
  field: BitsField,
  mask: bigint | undefined,
  values: Intervals,
  { noteAssumption }: SplitContext,
): Parts {
  const assumption = ASSUMED[field];
  if (assumption) noteAssumption(assumption);
  const bits = state.bits[field];
  const relevant = mask ?? 0xffff_ffffn;
  const open = bitList(relevant & ~bits.known);
  if (open.length > MAX_UNKNOWN) return splitOpenBits(state, field, relevant, values);
  const isIn = (number: bigint) => intersect(only(number), values).length > 0;
  const numbers = combinations(bits.value & bits.known & relevant, open);
  const within = numbers.filter(isIn);
  const outside = numbers.filter((number) => !isIn(number));
  const part = (all: readonly bigint[]): State | undefined => {
    if (all.length === 0) return undefined;
    const [one] = all;
    return all.length > 1 || one === undefined ? state : withBits(state, field, relevant, one);
  };
  return { yes: part(within), no: part(outside) };
}

/** For many unknown bits: one known bit is still enough to rule out a single value. */
function splitOpenBits(state: State, field: BitsField, relevant: bigint, values: Intervals): Parts {
  const bits = state.bits[field];
  const value = single(values);
  if (value === undefined) return { yes: state, no: state };
  if (((bits.value ^ value) & bits.known & relevant) !== 0n || (value & ~relevant) !== 0n)
    return { yes: undefined, no: state };
  return { yes: withBits(state, field, relevant, value), no: state };
}

function withBits(state: State, field: BitsField, mask: bigint, value: bigint): State {
  const before = state.bits[field];
  const bits: Bits = { value: (before.value & ~mask) | (value & mask), known: before.known | mask };
  return { ...state, bits: { ...state.bits, [field]: bits } };
}

function bitList(bits: bigint): bigint[] {
  const list: bigint[] = [];
  for (let bit = 1n; bit <= bits; bit <<= 1n) if (bits & bit) list.push(bit);
  return list;
}

/** All values that the unknown bits can result in. */
function combinations(value: bigint, open: readonly bigint[]): bigint[] {
  return open.reduce((values, bit) => values.flatMap((one) => [one, one | bit]), [value]);
}

/** The addresses that certainly have one of these types, and those that may have one. */
function addressesOfTypes(
  types: readonly string[],
  limited: boolean,
  { family, localAddresses }: SplitContext,
): { sure: Intervals; may: Intervals } {
  const multicast = [MULTICAST[family]];
  const others = subtract(subtract(allOf(bitsOf(family)), multicast), localAddresses ?? []);
  let sure: Intervals = types.includes("multicast") ? multicast : [];
  let may = sure;
  if (types.includes("local")) {
    if (localAddresses && !limited) sure = unite(sure, localAddresses);
    may = unite(may, localAddresses ?? others);
  }
  // Broadcast addresses, blackhole routes and the like are not known.
  if (types.some((type) => type !== "local" && type !== "multicast")) may = unite(may, others);
  return { sure, may };
}

function splitUnknown(
  state: State,
  { name, text, varies }: Match & { kind: "unknown" },
  fork: (yes: State, no: State, kind: Undecided["kind"], about: string) => Split,
): Split {
  if (varies) return fork(state, state, "chance", name);
  const id = `${name} ${text}`;
  const answer = state.answers.get(id);
  if (answer !== undefined) return answer ? { yes: [state], no: [] } : { yes: [], no: [state] };
  const answered = (value: boolean): State => ({ ...state, answers: new Map([...state.answers, [id, value]]) });
  return fork(answered(true), answered(false), "match", name);
}
