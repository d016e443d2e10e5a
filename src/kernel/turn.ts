// One writer at a time.
import { socketName, takeName } from "./name.ts";

/** Longest wait, and the wait once that was in vain, or where there is no time: milliseconds. */
const PATIENCE_MS = 5_000;
const HURRY_MS = 100;
const STEP_MS = 20;

let patience = PATIENCE_MS;
let hurried = false;

/** From now on nobody is waited for to speak of: the process is about to end. */
export function hurry(): void {
  hurried = true;
  patience = HURRY_MS;
}

export interface TurnWork<T> {
  /** Is there anything to do? Asked without the turn, and only where somebody else has it. */
  readonly isNeeded: () => Promise<boolean>;
  readonly work: () => Promise<T>;
}

/**
 * Runs `work` while no other process of ours writes under this name in this network namespace. Where nothing is to do
 * nobody is waited for. After 5 s, which `warn` is told, or where names cannot be held, `work` runs all the same: what it
 * writes is looked at afterwards.
 */
export async function inTurn<T>(
  name: string,
  warn: (message: string) => void,
  { isNeeded, work }: TurnWork<T>,
): Promise<T | undefined> {
  let held = await takeName(`turn/${name}`);
  if (held === "taken" && !(await isNeeded())) return undefined;
  for (let waited = 0; held === "taken" && waited < patience; waited += STEP_MS) {
    await new Promise((done) => setTimeout(done, STEP_MS));
    held = await takeName(`turn/${name}`);
  }
  if (held === "taken") {
    patience = HURRY_MS;
    warn(
      `another process holds the socket @${socketName(`turn/${name}`)}, as one that writes these rules does, and does not ` +
        "let go of it; going on without it (ss -xlp shows which process it is)",
    );
  } else if (!hurried) patience = PATIENCE_MS;
  try {
    return await work();
  } finally {
    if (typeof held === "object") held.close();
  }
}
