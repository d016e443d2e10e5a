// SIGUSR1 makes a runtime listen for a debugger on the loopback, which is the node's: any process there may connect and
// run code as the agent.
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** How long after a signal the debugger's port may open, and between two looks. Milliseconds. */
const OPENS_WITHIN_MS = 1_000;
const STEP_MS = 5;

/**
 * Closes the debugger's port if a signal opens it, or has opened it just now: on Deno, which does so whoever else listens
 * for the signal, and on Node before it has run the first line here. With a listener Node opens no port.
 */
export async function closeDebugger(): Promise<void> {
  const asked = [...process.execArgv, process.env.NODE_OPTIONS].some((option) => option?.includes("--inspect"));
  // Some builds of Node have no debugger.
  const inspector = asked ? undefined : await import("node:inspector").catch(() => undefined);
  if (!inspector) return;
  for (let waited = 0; waited < OPENS_WITHIN_MS; waited += STEP_MS) {
    try {
      if (inspector.url()) inspector.close();
    } catch {
      // Deno allows neither without --allow-sys=inspector.
      return;
    }
    await sleep(STEP_MS, undefined, { ref: false });
  }
}

/** To be called before anything else. */
export function ignoreDebugSignal(): void {
  // Windows has no such signal.
  if (process.platform !== "win32") process.on("SIGUSR1", () => void closeDebugger());
}
