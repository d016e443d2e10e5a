// The verdict for each line under the current config and the previous one.
import { type LineBatch, LineReader } from "../core/index.ts";
import {
  type Decision,
  type FamilyPolicy,
  formatConditions,
  judgeOf,
  outcomesOf,
  type Verdict,
} from "../policy/index.ts";
import { type FoundPlace, findPlace } from "./flow-place.ts";
import type { Place, SourcePlace } from "./state.ts";
import { ruleName } from "./words.ts";

/** Which lines are shown; undefined does not filter. */
export interface Filter {
  readonly verdict: Verdict["kind"] | undefined;
  /** As {@link Report.entries} names it. */
  readonly entry: string | undefined;
  /** Only lines whose verdict changes. */
  readonly changed: boolean;
}

export interface LinesQuestion {
  readonly policy: readonly FamilyPolicy[];
  /** The policy before; undefined if nothing is compared. */
  readonly before: readonly FamilyPolicy[] | undefined;
  readonly place: Place;
  readonly source: SourcePlace;
  readonly filter: Filter;
}

/** The answer about one line. */
export interface LineAnswer {
  /** Its beginning, if it is long. */
  readonly line: string;
  /** As written in the line; empty if none is found. */
  readonly address: string;
  /** Undefined if no address is found in the line. */
  readonly verdict: Verdict | undefined;
  readonly entry: string;
  /** Under the previous config; undefined without one. */
  readonly before: Verdict | undefined;
}

/** Lines with one verdict. */
export interface EntryCount {
  readonly entry: string;
  readonly verdict: Verdict;
  readonly count: number;
}

export interface Report {
  /** The format of the text. If it is unclear, no lines are counted. */
  readonly format: FoundPlace;
  /** Lines that are not empty. */
  readonly lines: number;
  /** Lines without an address. */
  readonly bad: number;
  readonly changed: number;
  /** Lines by the entry that decides, most first. */
  readonly entries: readonly EntryCount[];
  /** Lines whose verdict changes, by the entries that decide before and after, most first. */
  readonly turns: readonly (EntryCount & { readonly before: Verdict; readonly after: Verdict })[];
  /** Lines that pass the filter, and the first of them. */
  readonly matching: number;
  readonly answers: readonly LineAnswer[];
}

/** The number of lines that are shown. */
const SHOWN = 200;

/** The number of characters of a line that are shown. */
const LONGEST = 300;

/** The number of bytes by which the format is recognized. */
const SAMPLE = 1 << 16;

/** Judges the lines in these bytes. The question is plain data, so that it can be sent to a worker, which does not know configs. */
export function report({ policy, before, place, source, filter }: LinesQuestion, bytes: Uint8Array): Report {
  const format = findPlace(new TextDecoder().decode(bytes.subarray(0, SAMPLE)), place, source);
  const sums = { lines: 0, bad: 0, changed: 0, matching: 0 };
  if (!format.ok) return { ...sums, format, entries: [], turns: [], answers: [] };
  const known = { source: format.source !== undefined, outputInterface: undefined };
  const now = judgeOf(outcomesOf(policy), known);
  const old = before && judgeOf(outcomesOf(before), known);
  const counts = new Uint32Array(now.length);
  const turns = new Map<number, number>();
  const answers: LineAnswer[] = [];
  const isNoFlow = (line: string) => line.trim() === "" || line === format.header;
  const passes = passesOf(now.length, now.decision, filter);

  const take = ({ count, indexes: [indexes, others], address, text }: LineBatch) => {
    for (let i = 0; i < count; i++) {
      const index = indexes?.[i] ?? -1;
      const other = others?.[i] ?? -1;
      if (index < 0 && isNoFlow(text(i))) continue;
      sums.lines++;
      if (index < 0) sums.bad++;
      else counts[index] = (counts[index] ?? 0) + 1;
      const isChanged = old !== undefined && other >= 0 && now.treatment(index) !== old.treatment(other);
      if (isChanged) {
        sums.changed++;
        const turn = other * now.length + index;
        turns.set(turn, (turns.get(turn) ?? 0) + 1);
      }
      if (!passes(index, isChanged)) continue;
      sums.matching++;
      if (answers.length === SHOWN) continue;
      const decision = index < 0 ? undefined : now.decision(index);
      answers.push({
        line: shorten(text(i)),
        address: address(i),
        verdict: decision?.verdict,
        entry: decision ? nameOf(decision) : "",
        before: other < 0 ? undefined : old?.decision(other).verdict,
      });
    }
  };
  const options = { place: format.destination, ...(format.source ? { source: format.source.place } : {}) };
  const reader = new LineReader([now.table, ...(old ? [old.table] : [])], options);
  for (let at = 0, size = 1; size > 0; at += size) {
    const room = reader.room();
    const part = bytes.subarray(at, at + room.length);
    room.set(part);
    size = part.length;
    reader.filled(size);
    for (let batch = reader.next(); batch; batch = reader.next()) take(batch);
  }
  return {
    ...sums,
    format,
    entries: tally(counts, now.decision),
    turns: [...turns]
      .map(([turn, count]) => {
        const [was, is] = [old?.decision(Math.floor(turn / now.length)), now.decision(turn % now.length)];
        const entry = was && was.rule !== is.rule ? `${nameOf(was)} → ${nameOf(is)}` : nameOf(is);
        return { entry, verdict: is.verdict, before: was?.verdict ?? is.verdict, after: is.verdict, count };
      })
      .sort((a, b) => b.count - a.count),
    answers,
  };
}

const shorten = (line: string) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line);

/** Returns the filter as a function. It is called for each line, so names are compared beforehand. */
function passesOf(
  length: number,
  at: (index: number) => Decision,
  { verdict, entry, changed }: Filter,
): (index: number, isChanged: boolean) => boolean {
  if (verdict === undefined && entry === undefined) return (_, isChanged) => isChanged || !changed;
  const passing = Uint8Array.from({ length }, (_, index) => {
    const decision = at(index);
    const fits = (verdict ?? decision.verdict.kind) === decision.verdict.kind;
    return fits && (entry === undefined || entry === nameOf(decision)) ? 1 : 0;
  });
  return (index, isChanged) => passing[index] === 1 && (isChanged || !changed);
}

/** The rule that decides, and what its verdict depends on. */
function nameOf({ rule, managed, outside, dependsOn }: Decision): string {
  if (!managed) return "IPv6 is not enabled";
  if (outside === "source") return "its source is not in sourceCIDRs";
  return ruleName(rule) + formatConditions(dependsOn);
}

/** Adds up counts by name: both families have addresses that no entry contains. */
function tally(counts: Uint32Array, at: (index: number) => Decision): Report["entries"] {
  const sums = new Map<string, EntryCount>();
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue;
    const decision = at(index);
    const entry = nameOf(decision);
    const sum = sums.get(entry) ?? { entry, verdict: decision.verdict, count: 0 };
    sums.set(entry, { ...sum, count: sum.count + count });
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}
