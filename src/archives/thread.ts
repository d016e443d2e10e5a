// The thread of a lane: does the same work, controlled by messages.
import { ReportedError } from "../errors/index.ts";
import { LANE_THREAD, starterOf } from "../host/index.ts";
import type { LaneCall, LaneOrder } from "./lanes.ts";
import { LineJudge } from "./line-judge.ts";
import { judgePart } from "./parts.ts";
import type { LaneHost, LineWork, Part } from "./work.ts";

/** The maximum number of pieces that were sent but not yet taken. */
const AHEAD = 8;

/** Judges the parts that it receives until the thread is terminated. Returns false if this is not a thread. */
export async function runLaneThread(): Promise<boolean> {
  let take: ReturnType<typeof laneFor> | undefined;
  const starter = await starterOf<LaneOrder>(LANE_THREAD, (order) => {
    if (order.kind === "begin") take = laneFor(order.work, (call, move) => starter?.post(call, move));
    else take?.(order);
  });
  return starter !== undefined;
}

/** The lane's side of the conversation: returns what is called with each order that follows the first one. */
function laneFor(work: LineWork, send: (call: LaneCall, move?: readonly ArrayBuffer[]) => void) {
  const judge = new LineJudge(work);
  const waiting = new Map<number, (value: unknown) => void>();
  let last = 0;
  const ask = <T>(make: (id: number) => LaneCall, move?: readonly ArrayBuffer[]): Promise<T> => {
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
      ahead.push(ask((id) => ({ id, kind: "emit", args: [piece] }), output ? [output.buffer as ArrayBuffer] : []));
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
  return (order: Exclude<LaneOrder, { kind: "begin" }>): void => {
    switch (order.kind) {
      case "answer":
        waiting.get(order.id)?.(order.value);
        waiting.delete(order.id);
        return;
      case "judge":
        void run(order.part);
        return;
      case "counts":
        send({ id: 0, kind: "counts", counts: judge.counts });
    }
  };
}
