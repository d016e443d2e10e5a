// Questions to the worker: one at a time, and of those that wait only the last.
import source from "worker-source";
import type { Question, Report } from "./report.ts";

export interface Asker {
  /** Asks; `answered` gets the answer, unless a newer question came before it. */
  ask(question: Question): void;
}

export function createAsker(answered: (report: Report | undefined) => void): Asker {
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  let busy = false;
  let waiting: Question | undefined;
  const send = (question: Question) => {
    busy = true;
    worker.postMessage(question);
  };
  worker.onmessage = ({ data }: MessageEvent<Report | undefined>) => {
    busy = false;
    if (waiting) {
      send(waiting);
      waiting = undefined;
    } else answered(data);
  };
  return {
    ask: (question) => {
      if (busy) waiting = question;
      else send(question);
    },
  };
}
