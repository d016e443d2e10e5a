// Lanes judge parts in parallel: one in this thread, the others each in their own thread.
import { ReportedError } from "../errors/index.ts";
import { LANE_THREAD, type Peer, startThread } from "../host/index.ts";
import { LineJudge } from "./line-judge.ts";
import { judgePart } from "./parts.ts";
import type { LaneHost, LineWork, Part } from "./work.ts";

export interface Lane {
  /** Judges one part; the previous one must be finished. */
  judge(part: Part, host: LaneHost): Promise<void>;
  /** The number of lines for each index, over all parts, if they are counted. */
  counts(): Promise<Float64Array | undefined>;
  close(): void;
}

/** A lane in this thread. It yields to the event loop after each piece. */
export function ownLane(work: LineWork): Lane {
  const judge = new LineJudge(work);
  return {
    judge: (part, host) =>
      judgePart(part, work, judge, {
        emit: async (piece) => {
          await host.emit(piece);
          await new Promise((done) => setImmediate(done));
        },
        endsOf: (indexes) => host.endsOf(indexes),
        linesBefore: (lines) => host.linesBefore(lines),
      }),
    counts: async () => judge.counts,
    close: () => {},
  };
}

/** A message from a thread; the answer has the same id. */
export type LaneCall =
  | { readonly id: number; readonly kind: "emit"; readonly args: Parameters<LaneHost["emit"]> }
  | { readonly id: number; readonly kind: "endsOf"; readonly args: Parameters<LaneHost["endsOf"]> }
  | { readonly id: number; readonly kind: "linesBefore"; readonly args: Parameters<LaneHost["linesBefore"]> }
  | { readonly id: number; readonly kind: "ended"; readonly error?: ThreadError | undefined }
  | { readonly id: number; readonly kind: "counts"; readonly counts: Float64Array | undefined };

/** A message to a thread; the first is `begin`. */
export type LaneOrder =
  | { readonly kind: "begin"; readonly work: LineWork }
  | { readonly kind: "judge"; readonly part: Part }
  | { readonly kind: "counts" }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown };

/** An error that is sent between threads. It has a `code` if it is reported to the user by its message. */
export interface ThreadError {
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

/** A promise that is not settled. */
interface Pending<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A lane in its own thread, which runs the program itself, a single file. Throws if threads cannot be started. */
export async function threadLane(work: LineWork): Promise<Lane> {
  let host: LaneHost | undefined;
  let ended: Pending<void> | undefined;
  let counted: Pending<Float64Array | undefined> | undefined;
  let failure: Error | undefined;
  let thread: Peer | undefined;
  const order = (message: LaneOrder) => thread?.post(message);
  const fail = (error: Error) => {
    failure ??= error;
    ended?.reject(error);
    counted?.reject(error);
  };
  const received = async (call: LaneCall) => {
    if (call.kind === "counts") counted?.resolve(call.counts);
    else if (call.kind === "ended") {
      if (call.error) ended?.reject(revived(call.error));
      else ended?.resolve();
    } else if (host) {
      try {
        order({ kind: "answer", id: call.id, value: await answer(host, call) });
      } catch (error) {
        // Stopped: the rest is not needed.
        ended?.reject(error);
      }
    }
  };
  thread = await startThread(LANE_THREAD, received, fail);
  order({ kind: "begin", work });
  return {
    judge: (part, to) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        host = to;
        ended = { resolve, reject };
        order({ kind: "judge", part });
      }),
    counts: () =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        counted = { resolve, reject };
        order({ kind: "counts" });
      }),
    close: () => thread?.end(),
  };
}

function answer(host: LaneHost, call: Exclude<LaneCall, { kind: "ended" | "counts" }>): Promise<unknown> {
  switch (call.kind) {
    case "emit":
      return host.emit(...call.args);
    case "endsOf":
      return host.endsOf(...call.args);
    case "linesBefore":
      return host.linesBefore(...call.args);
  }
}

function revived({ code, message, stack }: ThreadError): Error {
  return code === undefined ? Object.assign(new Error(message), { stack }) : new ReportedError(message, { code });
}
