// The lines of a log, and the worker's report on them. They stay while other views are looked at.
import { computed, effect, signal } from "@preact/signals";
import source from "worker-source";
import type { Filter, LinesQuestion, Report } from "./report.ts";
import { addresses, evaluationBefore, inForce, place } from "./store.ts";

/** A file that was opened or dropped, or a text too long for a field. */
export interface LinesFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Read instead of the field, while there is one. */
export const file = signal<LinesFile | undefined>(undefined);

export const NO_FILTER: Filter = { verdict: undefined, entry: undefined, changed: false };
export const filter = signal<Filter>(NO_FILTER);

export const hasLines = computed(() => file.value !== undefined || addresses.value.trim() !== "");

/** What the worker says of the lines, or why it says nothing. */
export const report = signal<Report | string | undefined>(undefined);

/** Is the worker reading? */
export const isReading = signal(false);

/** Puts other lines in place of those that are there; what was said of those means nothing for them. */
export function takeLines(lines: LinesFile | undefined): void {
  filter.value = NO_FILTER;
  place.value = { kind: "auto", value: "" };
  file.value = lines;
}

const policyNow = computed(() => inForce.value.policy);
const policyBefore = computed(() => evaluationBefore.value?.policy);

let worker: Worker | undefined;
let waiting: LinesQuestion | undefined;

function startWorker(): Worker {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const made = new Worker(url);
  const answered = (answer: Report | string) => {
    isReading.value = false;
    const next = waiting;
    waiting = undefined;
    if (next) ask(next);
    else report.value = answer;
  };
  made.onmessage = ({ data }: MessageEvent<Report>) => answered(data);
  made.onerror = (event) => {
    event.preventDefault();
    answered(event.message || "the lines cannot be read");
  };
  return made;
}

/** One question at a time, and of those that wait only the last. */
function ask(question: LinesQuestion): void {
  if (isReading.peek()) {
    waiting = question;
    return;
  }
  isReading.value = true;
  worker ??= startWorker();
  worker.postMessage(question);
}

/** Asks again whenever something changes that the answer depends on, from the first look at a view of them on. */
export const followLines = (() => {
  let _stop: (() => void) | undefined;
  return () => {
    _stop ??= effect(() => {
      const bytes = file.value?.bytes ?? new TextEncoder().encode(addresses.value);
      // While the config is invalid these stay as they are, and nothing is asked again.
      const policy = policyNow.value;
      if (policy) ask({ policy, before: policyBefore.value, place: place.value, filter: filter.value, bytes });
    });
  };
})();
