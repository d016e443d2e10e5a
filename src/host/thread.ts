// Threads that run the program itself, which is a single file: it first checks whether it runs in a thread.
import { statSync } from "node:fs";
import process from "node:process";

/** The other side: a thread, or its starter. */
export interface Peer {
  /** Sends a message; the buffers of `move` are transferred, and unusable here afterwards. */
  post(message: unknown, move?: readonly ArrayBuffer[]): void;
  /** Called by the starter, terminates the thread at once; called by the thread, lets it end when it has nothing left to do. */
  end(): void;
}

/** Called with each message from the other side. */
export type Received<T> = (message: T) => void;

/** The global scope of a thread on Deno: a web worker. */
interface WorkerScope {
  readonly name?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as in lib.webworker.d.ts, which conflicts with lib.dom.d.ts
  onmessage: (event: { readonly data: any }) => void;
  postMessage(message: unknown, move: readonly ArrayBuffer[]): void;
  close(): void;
}

/** The names of the threads: the argument, or on Deno the name, with which the program is started in one. */
export const CONFIG_THREAD = "?config-thread";
export const LANE_THREAD = "?lane-thread";

const scope = globalThis as unknown as WorkerScope;

/**
 * Whether this is a thread of that name, or a command line that looks like one. On Node the name is an argument: importing
 * node:worker_threads would slow down every start, and Node 20 drops the query of the URL that a thread is started with.
 */
export const isThread = (name: string): boolean =>
  process.versions.deno ? scope.name === name : process.argv[2] === name;

/**
 * Starts a thread of that name. `failed` is called if it throws, and on Node also when it ends. Throws if no thread can be
 * started, for example because Deno may not read the program.
 *
 * On Deno, the starter is blocked until the thread has set up its globals. For a worker of node:worker_threads these are all
 * of Node's: 100 to 250 ms, more on a busy node, during which no probe gets an answer. A web worker takes about 15 ms, and
 * loads the Node modules that it needs in parallel.
 */
export async function startThread<T>(
  name: string,
  received: Received<T>,
  failed: (error: Error) => void,
  maxHeapMB?: number,
): Promise<Peer> {
  const program = new URL(import.meta.url);
  if (process.versions.deno) {
    // If the thread may not read the program, Deno prints an error; this throws one that the caller catches.
    statSync(program);
    const worker = new globalThis.Worker(program, { type: "module", name });
    // At once: an error without a listener ends the program, as does one whose default is not prevented.
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      failed(event.error instanceof Error ? event.error : new Error(event.message));
    });
    worker.addEventListener("message", ({ data }) => received(data));
    return { post: (message, move = []) => worker.postMessage(message, [...move]), end: () => worker.terminate() };
  }
  // Imported here, so that commands that need no thread start faster.
  const { Worker } = await import("node:worker_threads");
  const worker = new Worker(program, {
    argv: [name],
    ...(maxHeapMB ? { resourceLimits: { maxOldGenerationSizeMb: maxHeapMB } } : {}),
  });
  worker.on("message", received);
  worker.on("error", failed);
  worker.on("exit", () => failed(new Error("its thread ended")));
  return { post: (message, move = []) => worker.postMessage(message, move), end: () => void worker.terminate() };
}

/** The starter of this thread; undefined if this is not a thread of that name. `received` is not called before it returns. */
export async function starterOf<T>(name: string, received: Received<T>): Promise<Peer | undefined> {
  if (!isThread(name)) return undefined;
  if (process.versions.deno) {
    scope.onmessage = ({ data }) => received(data);
    return { post: (message, move = []) => scope.postMessage(message, move), end: () => scope.close() };
  }
  const { parentPort: port } = await import("node:worker_threads");
  if (!port) return undefined;
  port.on("message", received);
  return { post: (message, move = []) => port.postMessage(message, move), end: () => port.close() };
}
