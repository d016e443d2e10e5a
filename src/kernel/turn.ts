// One writer at a time.
import { socketName, takeName } from "./name.ts";

const WAIT_MS = 10_000;
const STEP_MS = 20;

/**
 * Runs `work` while no other process of ours writes under this name in this network namespace. After 10 s, which `warn` is
 * told, or where names cannot be held, `work` runs all the same: what it writes is looked at afterwards.
 */
export async function inTurn<T>(name: string, warn: (message: string) => void, work: () => Promise<T>): Promise<T> {
  let held = await takeName(`turn/${name}`);
  for (let waited = 0; held === "taken" && waited < WAIT_MS; waited += STEP_MS) {
    await new Promise((done) => setTimeout(done, STEP_MS));
    held = await takeName(`turn/${name}`);
  }
  if (held === "taken") {
    warn(
      `another process has held the socket @${socketName(`turn/${name}`)} for ${WAIT_MS / 1000} s, as one that writes these ` +
        "rules does; going on without it (ss -xlp shows which process it is)",
    );
  }
  try {
    return await work();
  } finally {
    if (typeof held === "object") held.close();
  }
}
