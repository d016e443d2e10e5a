// The lines of a log, and the worker's report on them. They are kept while other views are shown.
import { computed, effect, signal } from "@preact/signals";
import type { Filter, LinesQuestion, Report } from "./report.ts";
import { addresses, evaluationBefore, inForce, place, sourcePlace } from "./store.ts";
import { holdInWorker, nextLines, releaseInWorker, reportInWorker } from "./worker-calls.ts";

/** A file that was opened or dropped, or a text that is too long for a field. The worker holds it. */
export interface LinesFile {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The number by which the worker knows it. */
  readonly lines: number;
}

/** If set, it is read instead of the field. */
export const file = signal<LinesFile | undefined>(undefined);

export const NO_FILTER: Filter = { verdict: undefined, entry: undefined, changed: false };
export const filter = signal<Filter>(NO_FILTER);

export const hasLines = computed(() => file.value !== undefined || addresses.value.trim() !== "");

/** The worker's report, or why there is none. */
export const report = signal<Report | string | undefined>(undefined);

/** Replaces the lines, and resets the settings for the old ones. */
export function takeLines(lines: LinesFile | undefined): void {
  const old = file.peek();
  filter.value = NO_FILTER;
  place.value = { kind: "auto", value: "" };
  sourcePlace.value = { kind: "auto", value: "" };
  file.value = lines;
  if (old) releaseInWorker(old.lines);
}

/** Passes a text that is too long for the field to the worker. */
export function takeText(name: string, text: string): void {
  const lines = nextLines();
  holdInWorker(lines, text);
  takeLines({ name, size: new Blob([text]).size, lines });
}

const policyNow = computed(() => inForce.value.policy);
const policyBefore = computed(() => evaluationBefore.value?.policy);

/** The number of the field's lines, which are sent again only if they have changed. */
const FIELD = nextLines();
let sent: string | undefined;

function holdField(text: string): number {
  if (text !== sent) holdInWorker(FIELD, text);
  sent = text;
  return FIELD;
}

interface Asked {
  readonly lines: number;
  readonly question: LinesQuestion;
}

let isReading = false;
let waiting: Asked | undefined;

/** Sends one question at a time. If several wait, only the last one is kept. */
async function ask(asked: Asked): Promise<void> {
  if (isReading) {
    waiting = asked;
    return;
  }
  isReading = true;
  const answer = await reportInWorker(asked.lines, asked.question).catch((error: Error) => error.message);
  isReading = false;
  const next = waiting;
  waiting = undefined;
  if (next) ask(next);
  else report.value = answer;
}

/** From the first call on, asks again whenever something that the answer depends on changes. */
export const followLines = (() => {
  let _stop: (() => void) | undefined;
  return () => {
    _stop ??= effect(() => {
      const lines = file.value?.lines ?? holdField(addresses.value);
      // While the config is invalid, the policy stays the same and nothing is asked.
      const policy = policyNow.value;
      if (!policy) return;
      const places = { place: place.value, source: sourcePlace.value };
      ask({ lines, question: { policy, before: policyBefore.value, ...places, filter: filter.value } });
    });
  };
})();
