// The worker: opens files and judges lines, so that a million of them do not block the page. The lines stay here; the page
// refers to them by number.
import { linesOf, open } from "./opened.ts";
import { report } from "./report.ts";
import type { WorkerAnswer, WorkerCall } from "./worker-calls.ts";

const held = new Map<number, Uint8Array>();

async function answer(call: WorkerCall): Promise<unknown> {
  switch (call.kind) {
    case "open": {
      const { size, content, lines } = await open(call.file);
      if (lines) held.set(call.lines, lines);
      return { size, content };
    }
    case "hold":
      held.set(call.lines, linesOf(new TextEncoder().encode(call.text)));
      return undefined;
    case "release":
      held.delete(call.lines);
      return undefined;
    case "report":
      return report(call.question, held.get(call.lines) ?? new Uint8Array());
  }
}

self.onmessage = async ({ data: { number, call } }: MessageEvent<{ number: number; call: WorkerCall }>) => {
  const result: WorkerAnswer = await answer(call).then(
    (value) => ({ number, value }),
    (error: Error) => ({ number, error: error.message }),
  );
  self.postMessage(result);
};
