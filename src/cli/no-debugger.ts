// SIGUSR1 makes the runtime listen for a debugger on the loopback interface, which is the node's: any process on the node
// could connect and run code as the agent.
import process from "node:process";

/** How long after a signal the debugger's port may open, and how often that is checked. */
const OPENS_WITHIN_MS = 1_000;
const CHECK_EVERY_MS = 5;

/**
 * Closes the debugger's port if a signal opens it or has just opened it. Deno opens it even if the signal has a handler;
 * Node only until the first line here has installed one.
 */
export async function closeDebugger(): Promise<void> {
  try {
    const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ""];
    if (options.some((option) => /--inspect(-brk|-wait)?(=|\s|$)/.test(option))) return;
    const inspector = await import("node:inspector");
    for (let waited = 0; waited < OPENS_WITHIN_MS; waited += CHECK_EVERY_MS) {
      if (inspector.url()) inspector.close();
      await new Promise((done) => setTimeout(done, CHECK_EVERY_MS).unref());
    }
  } catch {
    // Some builds of Node have no debugger, and Deno requires --allow-sys=inspector to close it.
  }
}

/** Must be called before anything else. */
export function ignoreDebugSignal(): void {
  // Windows has no such signal.
  if (process.platform !== "win32") process.on("SIGUSR1", () => void closeDebugger());
}
