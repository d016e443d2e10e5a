// Calls from the page to its worker.
import source from "worker-source";
import type { Content } from "./content.ts";
import type { LinesQuestion, Report } from "./report.ts";

/** `lines` is the number that the page gives to the lines of a file or a text. */
export type WorkerCall =
  | { readonly kind: "open"; readonly lines: number; readonly file: File }
  | { readonly kind: "hold"; readonly lines: number; readonly text: string }
  | { readonly kind: "release"; readonly lines: number }
  | { readonly kind: "report"; readonly lines: number; readonly question: LinesQuestion };

/** The answer to the call of this number. */
export type WorkerAnswer =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly error: string };

/** What is found in a file. The lines of a log stay in the worker. */
export interface OpenedFile {
  readonly size: number;
  readonly content: Content;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

let worker: Worker | undefined;
let calls = 0;
const waiting = new Map<number, Waiting>();

function startWorker(): Worker {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const made = new Worker(url);
  made.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
    const call = waiting.get(data.number);
    waiting.delete(data.number);
    if ("error" in data) call?.reject(new Error(data.error));
    else call?.resolve(data.value);
  };
  made.onerror = (event) => {
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(new Error(event.message || "the lines cannot be read"));
    waiting.clear();
  };
  return made;
}

function callWorker(call: WorkerCall): Promise<unknown> {
  worker ??= startWorker();
  calls++;
  const number = calls;
  worker.postMessage({ number, call });
  return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
}

let texts = 0;

/** A new number for lines. */
export function nextLines(): number {
  texts++;
  return texts;
}

/** Rejects with a message for the user if the file cannot be read. */
export const openInWorker = (lines: number, file: File) =>
  callWorker({ kind: "open", lines, file }) as Promise<OpenedFile>;

export const holdInWorker = (lines: number, text: string) => callWorker({ kind: "hold", lines, text });

export const releaseInWorker = (lines: number) => callWorker({ kind: "release", lines });

export const reportInWorker = (lines: number, question: LinesQuestion) =>
  callWorker({ kind: "report", lines, question }) as Promise<Report>;
