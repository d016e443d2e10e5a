// The thread of a lane: does the same work, controlled by messages.
import process from "node:process";
import { ReportedError } from "../errors/index.ts";
import { LANE_ARGUMENT, type LaneCall, type LaneOrder } from "./lanes.ts";
import { LineJudge } from "./line-judge.ts";
import { judgePart } from "./parts.ts";
import type { LaneHost, LineWork, Part } from "./work.ts";

/** Whether this may be such a thread: a user could pass the same argument. */
export const isLaneThread = (): boolean => process.argv[2] === LANE_ARGUMENT;

/** The maximum number of pieces that were sent but not yet taken. */
const AHEAD = 8;

/** Judges the parts that it receives until the thread is terminated. Returns false if this is not a thread. */
export async function runLaneThread(): Promise<boolean> {
  const { parentPort: port, workerData } = await import("node:worker_threads");
  if (!port) return false;
  const work = workerData as LineWork;
  const judge = new LineJudge(work);
  const waiting = new Map<number, (value: unknown) => void>();
  let last = 0;
  const send = (call: LaneCall, move: ArrayBufferLike[] = []) => port.postMessage(call, move as ArrayBuffer[]);
  const ask = <T>(make: (id: number) => LaneCall, move?: ArrayBufferLike[]): Promise<T> => {
    const id = ++last;
    return new Promise((done) => {
      waiting.set(id, done as (value: unknown) => void);
      send(make(id), move);
    });
  };
  let ahead: Promise<void>[] = [];
  const host: LaneHost = {
    emit: async (piece) => {
      const { output } = piece;
      ahead.push(ask((id) => ({ id, kind: "emit", args: [piece] }), output ? [output.buffer] : []));
      if (ahead.length >= AHEAD) await ahead.shift();
    },
    endsOf: (indexes) => ask((id) => ({ id, kind: "endsOf", args: [indexes] })),
    linesBefore: (lines) => ask((id) => ({ id, kind: "linesBefore", args: [lines] })),
  };
  const run = async (part: Part) => {
    ahead = [];
    try {
      await judgePart(part, work, judge, host);
      send({ id: 0, kind: "ended" });
    } catch (error) {
      const { message, stack } = error as Error;
      const code = error instanceof ReportedError ? error.code : undefined;
      send({ id: 0, kind: "ended", error: { code, message, stack } });
    }
  };
  port.on("message", (order: LaneOrder) => {
    if (order.kind === "answer") {
      waiting.get(order.id)?.(order.value);
      waiting.delete(order.id);
    } else if (order.kind === "judge") void run(order.part);
    else send({ id: 0, kind: "counts", counts: judge.counts });
  });
  return true;
}
