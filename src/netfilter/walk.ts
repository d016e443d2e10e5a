// Packets walked through the postrouting NAT hook, as the kernel does it.
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
  /** The rule that decides, if it is one for all packets. */
  readonly decides: RuleAt | undefined;
  /** In the order in which the kernel comes to them; of chains whose order is not known in one that is possible. */
  readonly trace: readonly TraceEntry[];
  readonly endings: readonly Ending[];
  readonly leaves: readonly Leave[];
  /** Why it is a maybe: what must be known, and matches that are not interpreted. */
  readonly undecided: readonly Undecided[];
  /** What was taken for granted and made a difference to a rule. */
  readonly assumes: readonly Assumption[];
}

/**
 * Most work of one walk: a match that is tried is 1, a rule or an ending that is remembered 4. A chain of 40,000 rules with
 * three matches each takes 120,000 for one packet, and 440,000 if each of the rules is for some of the packets.
 */
const MOST_WORK = 1_000_000;

/** Most orders of chains with one priority that are tried: five chains. */
const MOST_ORDERS = 120;

/** The walk has become too long. */
class TooMuchWorkError extends Error {
  override name = "TooMuchWorkError";
}

/**
 * Walks packets through the hook. The answer is definite if all packets end in the same way, whatever is not known of them
 * and of the rules; otherwise it is a maybe, with what would decide.
 */
export function walk(view: NatView, traffic: Traffic): Walk {
  const asked = new Set<Assumption>();
  let work = 0;
  const run: Run = {
    family: view.family,
    localAddresses: view.localAddresses,
    asked: (field) => {
      if (traffic[field] === undefined) asked.add(field);
    },
    spend: (amount) => {
      work += amount;
      if (work > MOST_WORK) throw new TooMuchWorkError();
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
    const why = "the rules are too many to walk through for so many packets";
    run.endings.push(endingOf(stateOf(view.family, traffic), { kind: "unknown", why }));
  }
  for (const { what, tool, why } of view.unseen) {
    const unknown: Treatment = { kind: "unknown", why: `${what} (${tool}) could not be read: ${why}` };
    run.endings.push(endingOf(stateOf(view.family, traffic), unknown));
  }
  return summarize(view.family, run, [...asked]);
}

/** Chains whose order is not known: all possible orders. */
function runGroup(group: readonly BaseChain[], states: readonly State[], run: Run): readonly State[] {
  const [only, more] = group;
  if (!only) return states;
  if (!more) return runBaseChain(only, states, run);
  // What changes nothing may be called at any time.
  const inert = group.filter((base) => !hasEffect(base));
  const left = inert.reduce((now, base) => runBaseChain(base, now, run), states);
  const orders = possibleOrders(
    group.filter((base) => !inert.includes(base)),
    MOST_ORDERS + 1,
  );
  if (orders.length > MOST_ORDERS) throw new TooMuchWorkError();
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

/** Can a chain translate packets, drop them, or change what another one asks? */
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

/** What an order leads to, as a text to compare. */
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
