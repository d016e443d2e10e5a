// SIGUSR1 makes a runtime listen for a debugger on the loopback, which is the node's: any process there may connect and
// run code as the agent.
import process from "node:process";

/** How long after a signal the debugger's port may open, and between two looks. Milliseconds. */
const OPENS_WITHIN_MS = 1_000;
const STEP_MS = 5;

/**
 * Closes the debugger's port if a signal opens it, or has opened it just now: on Deno, which does so whoever else listens
 * for the signal, and on Node before it has run the first line here. With a listener Node opens no port.
 */
export async function closeDebugger(): Promise<void> {
  try {
    const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ""];
    if (options.some((option) => /--inspect(-brk|-wait)?(=|\s|$)/.test(option))) return;
    const inspector = await import("node:inspector");
    for (let waited = 0; waited < OPENS_WITHIN_MS; waited += STEP_MS) {
      if (inspector.url()) inspector.close();
      await new Promise((done) => setTimeout(done, STEP_MS).unref());
    }
  } catch {
    // Some builds of Node have no debugger, and Deno lets nobody close it without --allow-sys=inspector.
  }
}

/** To be called before anything else. */
export function ignoreDebugSignal(): void {
  // Windows has no such signal.
  if (process.platform !== "win32") process.on("SIGUSR1", () => void closeDebugger());
}
