// Limits the number of states at one point of a walk.
// This module is browser-compatible.

import type { Names } from "./interface-names.ts";
import { type Intervals, normalize, unite } from "./intervals.ts";
import { BITS_FIELDS, type Bits, INTERVAL_FIELDS, type IntervalField, type Reasons, type State } from "./traffic.ts";

/** The maximum number of states at one point. The excess is joined into one with all their packets, and possibly others. */
const MAX_STATES = 16;

/** Returns fewer states with the same packets, or with more packets if there are too many states. */
export function limitStates(states: readonly State[]): readonly State[] {
  if (states.length < 2) return states;
  const fewer = states.length > MAX_STATES ? uniteFields(uniteFields(states, "destination"), "source") : states;
  const kept: State[] = [];
  for (const state of fewer) {
    let merged: State = state;
    for (let i = 0; i < kept.length; ) {
      const both = mergeExactly(kept[i] as State, merged);
      if (both) {
        merged = both;
        kept.splice(i, 1);
        i = 0;
      } else i++;
    }
    kept.push(merged);
    if (kept.length > MAX_STATES) kept.push(join(kept.pop() as State, kept.pop() as State));
  }
  return kept;
}

const numbersOfObjects = new WeakMap<object, number>();
let objects = 0;

/** A number for each object: a rule does not copy the objects that it does not change. */
function numberOf(object: object): number {
  const known = numbersOfObjects.get(object) ?? ++objects;
  numbersOfObjects.set(object, known);
  return known;
}

/** Merges states that differ in one field only. A chain in which each rule has an exit leaves many of them. */
function uniteFields(states: readonly State[], field: IntervalField): readonly State[] {
  const groups = new Map<string, State[]>();
  for (const state of states) {
    const { numbers, bits, inputInterface, outputInterface, answers } = state;
    const others = INTERVAL_FIELDS.filter((one) => one !== field).map((one) => numbers[one]);
    const parts = [...others, ...BITS_FIELDS.map((one) => bits[one]), inputInterface, outputInterface, answers];
    const key = parts.map(numberOf).join();
    const group = groups.get(key) ?? [];
    group.push(state);
    groups.set(key, group);
  }
  return [...groups.values()].map((group): State => {
    const [first, another] = group as [State, State?];
    if (!another) return first;
    const all = normalize(group.flatMap(({ numbers }) => numbers[field]));
    const because = group.reduce((common, state) => commonReasons(common, state.because), first.because);
    return { ...first, numbers: { ...first.numbers, [field]: all }, because };
  });
}

const sameIntervals = (a: Intervals, b: Intervals) =>
  a === b || (a.length === b.length && a.every(({ first, last }, i) => first === b[i]?.first && last === b[i]?.last));

const sameBits = (a: Bits, b: Bits) => a.known === b.known && (a.value & a.known) === (b.value & b.known);

const sameList = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
  a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every((one) => b.includes(one)));

const sameNames = (a: Names, b: Names) => sameList(a.of, b.of) && sameList(a.not, b.not);

/** Merges two states that differ in one respect only. */
function mergeExactly(a: State, b: State): State | undefined {
  if (BITS_FIELDS.some((field) => !sameBits(a.bits[field], b.bits[field]))) return undefined;
  const numbers = INTERVAL_FIELDS.filter((field) => !sameIntervals(a.numbers[field], b.numbers[field]));
  if (numbers.length > 1) return undefined;
  const input = sameNames(a.inputInterface, b.inputInterface);
  const output = sameNames(a.outputInterface, b.outputInterface);
  const answers = differingAnswers(a, b);
  if (answers === undefined) return undefined;
  const differences = numbers.length + (input ? 0 : 1) + (output ? 0 : 1) + answers.length;
  if (differences > 1) return undefined;
  const because = commonReasons(a.because, b.because);
  if (differences === 0) return { ...a, because };
  const [field] = numbers;
  if (field) return { ...a, numbers: withUnion(a, b, field), because };
  if (answers.length > 0) return { ...a, answers: without(a.answers, answers), because };
  const inputInterface = mergeNames(a.inputInterface, b.inputInterface);
  const outputInterface = mergeNames(a.outputInterface, b.outputInterface);
  return inputInterface && outputInterface && { ...a, inputInterface, outputInterface, because };
}

const withUnion = (a: State, b: State, field: IntervalField) => {
  return { ...a.numbers, [field]: unite(a.numbers[field], b.numbers[field]) };
};

/** The matches with different outcomes; undefined if one of the states has an outcome that the other lacks. */
function differingAnswers(a: State, b: State): readonly string[] | undefined {
  if (a.answers === b.answers) return [];
  if (a.answers.size !== b.answers.size) return undefined;
  const differing: string[] = [];
  for (const [id, answer] of a.answers) {
    const other = b.answers.get(id);
    if (other === undefined) return undefined;
    if (other !== answer) differing.push(id);
  }
  return differing;
}

const without = (answers: ReadonlyMap<string, boolean>, ids: readonly string[]) =>
  new Map([...answers].filter(([id]) => !ids.includes(id)));

/** The union of two sets of interfaces, if it can be expressed as one set. */
function mergeNames(a: Names, b: Names): Names | undefined {
  if (sameNames(a, b)) return a;
  if (sameList(a.not, b.not))
    return a.of && b.of ? { of: [...new Set([...a.of, ...b.of])], not: a.not } : { of: undefined, not: a.not };
  // The names of a set that match a pattern, and those that do not.
  const [few, many] = a.not.length < b.not.length ? [a, b] : [b, a];
  const added = many.not.filter((one) => !few.not.includes(one));
  const isRest = few.not.every((one) => many.not.includes(one)) && added.every((one) => few.of?.includes(one));
  if (!isRest || few.of?.length !== added.length) return undefined;
  return { of: many.of, not: few.not };
}

/** The reasons that two states have in common: the merge cancels the others. */
function commonReasons(a: Reasons | undefined, b: Reasons | undefined): Reasons | undefined {
  let [left, right] = [a, b];
  while (left !== right) {
    if ((left?.length ?? 0) >= (right?.length ?? 0)) left = left?.rest;
    else right = right?.rest;
  }
  return left;
}

/** A state with the packets of both states, and possibly others. */
function join(a: State, b: State): State {
  const joinBits = (x: Bits, y: Bits): Bits => {
    const known = x.known & y.known & ~(x.value ^ y.value);
    return { value: x.value & known, known };
  };
  const joinNames = (x: Names, y: Names): Names => {
    const not = x.not.filter((one) => y.not.includes(one));
    return { of: x.of && y.of ? [...new Set([...x.of, ...y.of])] : undefined, not };
  };
  const fields = <K extends string, V>(keys: readonly K[], of: (key: K) => V) =>
    Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, V>;
  return {
    numbers: fields(INTERVAL_FIELDS, (field) => unite(a.numbers[field], b.numbers[field])),
    bits: fields(BITS_FIELDS, (field) => joinBits(a.bits[field], b.bits[field])),
    inputInterface: joinNames(a.inputInterface, b.inputInterface),
    outputInterface: joinNames(a.outputInterface, b.outputInterface),
    answers: new Map([...a.answers].filter(([id, answer]) => b.answers.get(id) === answer)),
    because: a.because ?? b.because,
  };
}
