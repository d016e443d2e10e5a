// Walks packets through the postrouting NAT hook as the kernel does.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import type { Intervals } from "./intervals.ts";
import { unite } from "./intervals.ts";
import type { BaseChain, NatView, Rule } from "./model.ts";
import { possibleOrders } from "./order.ts";
import {
  type Ending,
  endingOf,
  type Leave,
  type RuleAt,
  type TraceEntry,
  type Treatment,
  treatmentKey,
} from "./outcome.ts";
import { type Run, runBaseChain } from "./run-chain.ts";
import { limitStates } from "./states.ts";
import { type Assumption, type State, stateOf, type Traffic, type Undecided, withReason } from "./traffic.ts";

export interface Walk {
  readonly family: Family;
  readonly outcome: Treatment | { readonly kind: "maybe"; readonly possible: readonly Treatment[] };
  /** The deciding rule, if it is the same one for all packets. */
  readonly decides: RuleAt | undefined;
  /** In the order in which the kernel reaches them; for chains of unknown order, in one possible order. */
  readonly trace: readonly TraceEntry[];
  readonly endings: readonly Ending[];
  readonly leaves: readonly Leave[];
  /** Why the result is uncertain: what is not known, and matches that are not interpreted. */
  readonly undecided: readonly Undecided[];
  /** The default values that a rule matched on. */
  readonly assumes: readonly Assumption[];
}

/**
 * The maximum work of one walk: trying a match costs 1, recording a rule or an ending 4. A chain of 40,000 rules with three
 * matches each costs 120,000 for one packet, and 440,000 if each of the rules matches some of the packets.
 */
const MAX_WORK = 1_000_000;

/** The maximum number of orders of chains with one priority that are tried: five chains. */
const MAX_ORDERS = 120;

/** The walk exceeds the maximum work. */
class TooMuchWorkError extends Error {
  override name = "TooMuchWorkError";
}

/**
 * Walks packets through the hook. The result is definite if all packets have the same outcome, regardless of what is not known
 * about them and the rules; otherwise it is uncertain, with what would decide.
 */
export function walk(view: NatView, traffic: Traffic): Walk {
  const assumptions = new Set<Assumption>();
  let work = 0;
  const run: Run = {
    family: view.family,
    localAddresses: view.localAddresses,
    noteAssumption: (field) => {
      if (traffic[field] === undefined) assumptions.add(field);
    },
    spend: (amount) => {
      work += amount;
      if (work > MAX_WORK) throw new TooMuchWorkError();
    },
    trace: [],
    endings: [],
    leaves: [],
  };
  let states: readonly State[] = [stateOf(view.family, traffic)];
  try {
    for (const group of view.groups) states = runGroup(group, states, run);
    for (const state of states) run.endings.push(endingOf(state, { kind: "kept", bound: false }));
  } catch (error) {
    if (!(error instanceof TooMuchWorkError)) throw error;
    const why = "too many rules to walk through for so many packets";
    run.endings.push(endingOf(stateOf(view.family, traffic), { kind: "unknown", why }));
  }
  for (const { what, tool, why } of view.unseen) {
    const unknown: Treatment = { kind: "unknown", why: `${what} (${tool}) could not be read: ${why}` };
    run.endings.push(endingOf(stateOf(view.family, traffic), unknown));
  }
  return summarize(view.family, run, [...assumptions]);
}

/** Runs chains whose order is not known in all possible orders. */
function runGroup(group: readonly BaseChain[], states: readonly State[], run: Run): readonly State[] {
  const [only, more] = group;
  if (!only) return states;
  if (!more) return runBaseChain(only, states, run);
  // The order does not matter for chains that change nothing.
  const inert = group.filter((base) => !hasEffect(base));
  const left = inert.reduce((now, base) => runBaseChain(base, now, run), states);
  const orders = possibleOrders(
    group.filter((base) => !inert.includes(base)),
    MAX_ORDERS + 1,
  );
  if (orders.length > MAX_ORDERS) throw new TooMuchWorkError();
  const results = orders.map((order) => {
    const part: Run = { ...run, trace: [], endings: [], leaves: [] };
    return { part, states: order.reduce((now, base) => runBaseChain(base, now, part), left) };
  });
  const differ = new Set(results.map(({ part, states: rest }) => signatureOf(part.endings, rest))).size > 1;
  const names = group.map(nameOf).join(" and ");
  const reason: Undecided = { about: `which of ${names} is called first`, kind: "order", rule: "" };
  run.trace.push(...(results[0]?.part.trace ?? []));
  for (const { part } of results) {
    run.leaves.push(...part.leaves);
    run.endings.push(...part.endings.map((one) => (differ ? { ...one, undecided: [...one.undecided, reason] } : one)));
  }
  const rest = results.flatMap((one) => one.states);
  return limitStates(differ ? rest.map((state) => withReason(state, reason)) : rest);
}

const nameOf = ({ tool, family, table, chain }: BaseChain) =>
  tool === "nft" ? `${family} ${table} ${chain}` : `${chain} of ${tool}`;

/** Whether a chain can translate or drop packets, or change what another chain matches. */
function hasEffect({ policy, chains, rules }: BaseChain): boolean {
  const matters = (all: readonly Rule[]) =>
    all.some(({ steps }) =>
      steps.some(
        (step) =>
          ["translate", "setMark", "drop", "unknownTarget"].includes(step.kind) ||
          (step.kind === "verdicts" && step.cases.some(({ verdict }) => verdict.kind === "drop")),
      ),
    );
  return policy === "drop" || matters(rules) || [...chains.values()].some(matters);
}

/** The result of an order as text, for comparison. */
function signatureOf(endings: readonly Ending[], states: readonly State[]): string {
  const ended = new Map<string, { source: Intervals; destination: Intervals }>();
  for (const { treatment, source, destination } of endings) {
    const key = treatmentKey(treatment);
    const before = ended.get(key);
    const region = before && {
      source: unite(before.source, source),
      destination: unite(before.destination, destination),
    };
    ended.set(key, region ?? { source, destination });
  }
  const left = states.map(({ numbers, bits }) => [numbers, bits]);
  return JSON.stringify([[...ended].sort(), left], (_, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

function summarize(family: Family, { trace, endings, leaves }: Run, assumes: readonly Assumption[]): Walk {
  const treatments = new Map(endings.map(({ treatment }) => [treatmentKey(treatment), treatment]));
  const [first, another] = [...treatments.values()];
  const isDefinite = first !== undefined && another === undefined && first.kind !== "unknown";
  const [ending, other] = [...new Map(endings.map((one) => [one.at?.rule, one])).values()];
  const undecided = new Map<string, Undecided>();
  if (!isDefinite) {
    for (const one of endings)
      for (const why of one.undecided) undecided.set(`${why.kind} ${why.about} ${why.rule}`, why);
  }
  return {
    family,
    outcome: isDefinite ? first : { kind: "maybe", possible: [...treatments.values()] },
    decides: isDefinite && !other ? ending?.at : undefined,
    trace,
    endings,
    leaves,
    undecided: [...undecided.values()],
    assumes,
  };
}
