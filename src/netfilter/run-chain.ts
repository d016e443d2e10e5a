// Runs one base chain for packets.
// This module is browser-compatible.
import type { BaseChain, Rule, SetMark, Step, Translate, Verdict } from "./model.ts";
import { type Ending, endingOf, type Leave, type RuleAt, type TraceEntry, treatmentOf } from "./outcome.ts";
import { type SplitContext, split } from "./split.ts";
import { limitStates } from "./states.ts";
import { type Bits, reasonsOf, type State, type Undecided } from "./traffic.ts";

/** One walk: its budget and its results so far. */
export interface Run extends SplitContext {
  readonly trace: TraceEntry[];
  readonly endings: Ending[];
  readonly leaves: Leave[];
}

type States = readonly State[];

/** The maximum depth of nested jumps. The kernel allows 16; pasted text may have any number. */
const MAX_JUMPS = 32;

/** The cost of recording a rule or an ending, in matches. */
const RECORD_COST = 4;

/** Where packets are in the chains. */
interface Place {
  readonly base: BaseChain;
  readonly chain: string;
  readonly depth: number;
  /** The rule of the base chain on the way there. */
  readonly top: Rule | undefined;
  readonly run: Run;
  /** Packets that leave the base chain for the next one. */
  readonly accepted: State[];
}

/** Runs a base chain and returns the packets that go on to the next one. */
export function runBaseChain(base: BaseChain, states: States, run: Run): States {
  if (states.length === 0) return states;
  const accepted: State[] = [];
  const place: Place = { base, chain: base.chain, depth: 0, top: undefined, run, accepted };
  const fallen = runRules(base.rules, states, place);
  if (base.policy === "accept") return limitStates([...accepted, ...fallen]);
  for (const state of fallen) run.endings.push(endingOf(state, { kind: "dropped" }, undefined, base));
  return limitStates(accepted);
}

/** Runs the rules of a chain and returns the packets that go back to the caller of the chain. */
function runRules(rules: readonly Rule[], states: States, place: Place): States {
  const out: State[] = [];
  let here = states;
  for (const rule of rules) {
    if (here.length === 0) break;
    const result = runRule(rule, here, place);
    out.push(...result.out);
    here = here === result.next ? here : limitStates(result.next);
  }
  return out.length === 0 ? here : limitStates([...out, ...here]);
}

/** The packets that reach the next rule, and those that leave the chain. */
interface Result {
  readonly next: States;
  readonly out: States;
}

function runRule(rule: Rule, states: States, place: Place): Result {
  const { base, chain, depth, top, run } = place;
  const at: RuleAt = { base, chain, rule, top: top ?? rule, depth };
  let active = states;
  const failed: State[] = [];
  const next: State[] = [];
  const out: State[] = [];
  let isTraced = false;
  for (const step of rule.steps) {
    if (active.length === 0) break;
    if (isStatement(step) && !isTraced) {
      run.spend(RECORD_COST);
      run.trace.push({ at, ...answerOf(states, failed) });
      isTraced = true;
    }
    switch (step.kind) {
      case "setMark":
        active = active.map((state) => setMark(state, step));
        break;
      case "verdicts": {
        let rest = active;
        active = [];
        for (const { match, verdict } of step.cases) {
          if (rest.length === 0) break;
          const parts = rest.map((state) => split(state, match, rule.text, run));
          rest = limitStates(parts.flatMap(({ no }) => no));
          const matching = limitStates(parts.flatMap(({ yes }) => yes));
          if (matching.length === 0) continue;
          const result = runVerdict(verdict, matching, at, place);
          next.push(...result.next);
          out.push(...result.out);
          active = [...active, ...result.going];
        }
        failed.push(...rest);
        break;
      }
      case "translate":
        failed.push(...translate(step, active, at, run));
        active = [];
        break;
      case "unknownTarget":
        for (const state of active) {
          run.endings.push(endingOf(state, { kind: "unknown", why: `${step.name} may do anything` }, at));
        }
        active = active.map(withUnknownMarks);
        break;
      case "jump":
      case "goto":
      case "return":
      case "accept":
      case "drop":
      case "continue": {
        const result = runVerdict(step, active, at, place);
        next.push(...result.next);
        out.push(...result.out);
        active = result.going;
        break;
      }
      default: {
        const [only, more] = active;
        const parts =
          only && !more ? [split(only, step, rule.text, run)] : active.map((one) => split(one, step, rule.text, run));
        active = parts.length === 1 ? (parts[0]?.yes ?? []) : parts.flatMap(({ yes }) => yes);
        for (const { no } of parts) failed.push(...no);
      }
    }
  }
  if (failed.length === states.length && failed.every((state, i) => state === states[i])) return { next: states, out };
  return { next: [...failed, ...next, ...active], out };
}

const STATEMENTS = new Set<Step["kind"]>([
  ...(["translate", "setMark", "verdicts", "unknownTarget"] as const),
  ...(["jump", "goto", "return", "accept", "drop", "continue"] as const),
]);
const isStatement = ({ kind }: Step) => STATEMENTS.has(kind);

/** Whether the rule matches all packets that reach it, and if not, what decides. */
function answerOf(before: States, failed: States): Pick<TraceEntry, "answer" | "undecided"> {
  const known = new Set(before.flatMap(reasonsOf));
  const undecided = new Set<Undecided>();
  for (const state of failed) for (const reason of reasonsOf(state)) if (!known.has(reason)) undecided.add(reason);
  return { answer: failed.length === 0 ? "yes" : "unknown", undecided: [...undecided] };
}

/** `going`: the packets for which the rule continues. */
function runVerdict(verdict: Verdict, states: States, at: RuleAt, place: Place): Result & { readonly going: States } {
  const { run, base, accepted, depth } = place;
  const leave = () => {
    run.spend(RECORD_COST * states.length);
    for (const { numbers } of states) run.leaves.push({ at, source: numbers.source, destination: numbers.destination });
  };
  switch (verdict.kind) {
    case "continue":
      return { next: [], out: [], going: states };
    case "accept":
      leave();
      accepted.push(...states);
      return { next: [], out: [], going: [] };
    case "drop":
      for (const state of states) run.endings.push(endingOf(state, { kind: "dropped" }, at));
      return { next: [], out: [], going: [] };
    case "return":
      if (depth === 0) leave();
      return { next: [], out: states, going: [] };
    case "jump":
    case "goto": {
      if (depth >= MAX_JUMPS) {
        const why = "its chains jump to each other endlessly";
        for (const state of states) run.endings.push(endingOf(state, { kind: "unknown", why }, at));
        return { next: [], out: [], going: [] };
      }
      const rules = base.chains.get(verdict.chain) ?? [];
      const inner = { ...place, chain: verdict.chain, depth: depth + 1, top: at.top };
      run.spend(1);
      const back = runRules(rules, states, inner);
      if (verdict.kind === "jump") return { next: back, out: [], going: [] };
      if (depth === 0) {
        for (const { numbers } of back)
          run.leaves.push({ at, source: numbers.source, destination: numbers.destination });
      }
      return { next: [], out: back, going: [] };
    }
  }
}

/** Packets that are translated end here; those without a case in the map go on. */
function translate({ cases }: Translate, states: States, at: RuleAt, run: Run): States {
  let rest = states;
  for (const { match, to } of cases) {
    const parts = rest.map((state) => split(state, match, at.rule.text, run));
    rest = limitStates(parts.flatMap(({ no }) => no));
    for (const state of parts.flatMap(({ yes }) => yes)) {
      run.spend(RECORD_COST);
      run.endings.push(endingOf(state, treatmentOf(to, state.numbers.source), at));
    }
    if (rest.length === 0) break;
  }
  return rest;
}

const ALL_BITS = 0xffff_ffffn;

function setMark(state: State, { field, keep, take, flip, unknown = 0n }: SetMark): State {
  const own = state.bits[field];
  const other = state.bits[field === "mark" ? "connectionMark" : "mark"];
  const value = ((own.value & keep) ^ (other.value & take) ^ flip) & ALL_BITS;
  // A bit is known if all bits that it is computed from are known.
  const known = (own.known | ~keep) & (other.known | ~take) & ~unknown & ALL_BITS;
  const bits: Bits = { value: value & known, known };
  return { ...state, bits: { ...state.bits, [field]: bits } };
}

function withUnknownMarks(state: State): State {
  const unknown: Bits = { value: 0n, known: 0n };
  return { ...state, bits: { ...state.bits, mark: unknown, connectionMark: unknown } };
}
