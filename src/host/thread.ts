// A thread that runs the program itself, which is one file: its first statement asks whether it is in one.
import { statSync } from "node:fs";
import process from "node:process";

/** A thread, or the one that started it. */
export interface Peer {
  /** Sends a message; the buffers of `move` are no longer usable here. */
  post(message: unknown, move?: readonly ArrayBuffer[]): void;
  /** The one that started the thread ends it at once; the thread itself ends when it has nothing left to do. */
  end(): void;
}

/** What is called with each message from the other side. */
export type Received<T> = (message: T) => void;

/** What a thread on Deno is: a worker as browsers know it. */
interface WorkerScope {
  readonly name?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as in lib.webworker.d.ts, which cannot stand beside lib.dom.d.ts
  onmessage: (event: { readonly data: any }) => void;
  postMessage(message: unknown, move: readonly ArrayBuffer[]): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

/**
 * Is this a thread of that name, or a call that looks like one? On Node its argument says so: to ask node:worker_threads
 * would make every start slower, and of the address that a thread is started with Node 20 drops the query.
 */
export const isThread = (name: string): boolean =>
  process.versions.deno ? scope.name === name : process.argv[2] === name;

/**
 * Starts a thread of that name. `failed` is called if it throws, and on Node if it ends. Throws if no thread can be started, as on
 * Deno without the permission to read the program.
 *
 * @param maxHeapMB memory that its objects may take, on Node
 *
 * On Deno the thread that starts another one waits until that has set up its globals. For a worker of node:worker_threads
 * these are all of Node's: 100 to 250 ms, more on a busy node, during which no probe is answered. A worker as browsers
 * know it takes some 15 ms, and loads what it needs of Node beside us.
 */
export async function startThread<T>(
  name: string,
  received: Received<T>,
  failed: (error: Error) => void,
  maxHeapMB?: number,
): Promise<Peer> {
  const program = new URL(import.meta.url);
  if (process.versions.deno) {
    // Deno prints an error of its own if the thread may not read the program; this one is caught.
    statSync(program);
    const worker = new globalThis.Worker(program, { type: "module", name });
    // At once: an error that nobody has listened to ends the program, and so does one that is not said to be handled.
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      failed(event.error instanceof Error ? event.error : new Error(event.message));
    });
    worker.addEventListener("message", ({ data }) => received(data));
    return { post: (message, move = []) => worker.postMessage(message, [...move]), end: () => worker.terminate() };
  }
  // Loaded here: the commands that need no thread start sooner without it.
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

/** The one that started this thread; undefined if this is none. `received` is called later, when it is returned. */
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
