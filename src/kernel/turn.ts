// One writer at a time.
import { createServer, type Server } from "node:net";

const WAIT_MS = 10_000;
const STEP_MS = 20;

/**
 * Runs `work` while no other process of ours writes under this name in this network namespace. The turn is a socket with a
 * name in the kernel's abstract namespace (unix(7)): it goes with its process, and belongs to the namespace as the rules
 * do. After 10 s, or where there are no such sockets, `work` runs all the same: what it writes is looked at afterwards.
 */
export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  let server = await take(name);
  for (let waited = 0; server === "taken" && waited < WAIT_MS; waited += STEP_MS) {
    await new Promise((done) => setTimeout(done, STEP_MS));
    server = await take(name);
  }
  try {
    return await work();
  } finally {
    if (typeof server === "object") server.close();
  }
}

function take(name: string): Promise<Server | "taken" | "impossible"> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE" ? "taken" : "impossible"));
    try {
      server.listen(`\0ip-masq-agent/turn/${name}`, () => resolve(server));
    } catch {
      // Deno without --allow-net.
      resolve("impossible");
    }
  });
}
