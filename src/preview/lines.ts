// The lines that somebody tries, and the worker's report on them. They stay while other views are looked at.
import { computed, effect, signal } from "@preact/signals";
import source from "worker-source";
import { decide } from "../policy/index.ts";
import type { Question, Report } from "./report.ts";
import { addresses, compare, inForce, place, tab } from "./store.ts";

/** A file that was opened or dropped, or a text too long for a field. */
export interface LinesFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Read instead of the field, while there is one. */
export const file = signal<LinesFile | undefined>(undefined);

/** What the worker says of the lines, or why it says nothing. */
export const report = signal<Report | string | undefined>(undefined);

/** The entry that decides about a single line: what somebody tries is marked without pointing at it. */
export const decisive = computed(() => {
  const answer = typeof report.value === "object" && report.value.lines === 1 ? report.value.answers[0] : undefined;
  if (tab.value !== "addresses" || !answer?.verdict) return undefined;
  const [found] = decide(inForce.value.policy ?? [], [{ destination: answer.address }]);
  return found?.rule;
});

let worker: Worker | undefined;
let busy = false;
let waiting: Question | undefined;

function startWorker(): Worker {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const made = new Worker(url);
  const answered = (answer: Report | string | undefined) => {
    busy = false;
    const next = waiting;
    waiting = undefined;
    if (next) ask(next);
    else report.value = answer;
  };
  made.onmessage = ({ data }: MessageEvent<Report | undefined>) => answered(data);
  made.onerror = (event) => {
    event.preventDefault();
    answered(event.message || "the lines cannot be read");
  };
  return made;
}

/** One question at a time, and of those that wait only the last. */
function ask(question: Question): void {
  if (busy) {
    waiting = question;
    return;
  }
  busy = true;
  worker ??= startWorker();
  worker.postMessage(question);
}

/** Asks again whenever something changes that the answer depends on, from the first look at the view on. */
export const followLines = (() => {
  let _stop: (() => void) | undefined;
  return () => {
    _stop ??= effect(() => {
      const bytes = file.value?.bytes ?? new TextEncoder().encode(addresses.value);
      const { config, flags, policy } = inForce.value;
      if (policy) ask({ config, flags, compare: compare.value, place: place.value, bytes });
    });
  };
})();
