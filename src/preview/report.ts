// Lines with addresses, and what happens to each under the config, and under the one it is compared with.
import { type AddressPlace, type LineBatch, LineReader } from "../core/index.ts";
import { type Decision, formatConditions, judgeOf, outcomesOf, type Verdict } from "../policy/index.ts";
import { evaluate } from "./evaluate.ts";
import type { Flags, Place } from "./state.ts";
import { ruleName } from "./words.ts";

export interface Question {
  readonly config: string;
  readonly compare: string | undefined;
  readonly flags: Flags;
  readonly place: Place;
  readonly bytes: Uint8Array;
}

/** The answer about one line. */
export interface Answer {
  /** Its beginning, where it is long. */
  readonly line: string;
  /** As it stands in the line; empty where none is found. */
  readonly address: string;
  /** Undefined where no address is found in the line. */
  readonly verdict: Verdict | undefined;
  readonly entry: string;
  /** Under the config that is compared with; undefined without one. */
  readonly before: Verdict | undefined;
}

export interface Report {
  /** Lines with something on them. */
  readonly lines: number;
  /** Lines without an address. */
  readonly bad: number;
  readonly changed: number;
  /** What decided, and about how many lines; most first. */
  readonly entries: readonly { readonly entry: string; readonly verdict: Verdict; readonly count: number }[];
  /** The first lines. */
  readonly answers: readonly Answer[];
}

/** Lines that are answered one by one. */
const SHOWN = 200;

/** Characters of a line that are shown. */
const LONGEST = 300;

/** Undefined where the config is invalid. */
export function report({ config, compare, flags, place, bytes }: Question): Report | undefined {
  const { policy } = evaluate(config, flags);
  if (!policy) return undefined;
  const known = { source: false, outputInterface: undefined };
  const now = judgeOf(outcomesOf(policy), known);
  const old = compare === undefined ? undefined : evaluate(compare, flags).policy;
  const before = old && judgeOf(outcomesOf(old), known);
  const counts = new Uint32Array(now.length);
  const answers: Answer[] = [];
  const sums = { lines: 0, bad: 0, changed: 0 };

  const take = ({ count, indexes: [indexes, others], address, text }: LineBatch) => {
    for (let i = 0; i < count; i++) {
      const index = indexes?.[i] ?? -1;
      const other = others?.[i] ?? -1;
      if (index < 0 && text(i).trim() === "") continue;
      sums.lines++;
      if (index < 0) sums.bad++;
      else counts[index] = (counts[index] ?? 0) + 1;
      if (other >= 0 && now.treatment(index) !== before?.treatment(other)) sums.changed++;
      if (answers.length === SHOWN) continue;
      const decision = index < 0 ? undefined : now.decision(index);
      answers.push({
        line: shorten(text(i)),
        address: address(i),
        verdict: decision?.verdict,
        entry: decision ? nameOf(decision) : "",
        before: other < 0 ? undefined : before?.decision(other).verdict,
      });
    }
  };
  const reader = new LineReader([now.table, ...(before ? [before.table] : [])], { place: placeOf(place) });
  for (let at = 0, size = 1; size > 0; at += size) {
    const room = reader.room();
    const part = bytes.subarray(at, at + room.length);
    room.set(part);
    size = part.length;
    reader.filled(size);
    for (let batch = reader.next(); batch; batch = reader.next()) take(batch);
  }
  return { ...sums, entries: tally(counts, now.decision), answers };
}

const shorten = (line: string) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line);

/** A place that is not yet whole, as it is typed, is the first. */
function placeOf({ kind, value }: Place): AddressPlace {
  if (kind === "key" && value !== "") return { key: value };
  if (kind === "field" && /^[1-9]\d{0,3}$/.test(value)) return { field: Number(value) };
  return "first";
}

/** The rule that decides, and what its verdict depends on. */
function nameOf({ rule, managed, dependsOn }: Decision): string {
  if (!managed) return "IPv6 is not enabled";
  return ruleName(rule) + formatConditions(dependsOn);
}

/** Counts by name: of both families there is a rest that no entry contains. */
function tally(counts: Uint32Array, at: (index: number) => Decision): Report["entries"] {
  const sums = new Map<string, { entry: string; verdict: Verdict; count: number }>();
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue;
    const decision = at(index);
    const entry = nameOf(decision);
    const sum = sums.get(entry) ?? { entry, verdict: decision.verdict, count: 0 };
    sums.set(entry, { ...sum, count: sum.count + count });
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}
