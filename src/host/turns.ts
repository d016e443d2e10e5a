// Runs long work cooperatively with everything else in the event loop.

/** The longest time that other tasks wait for a turn. */
const TURN_MS = 8;

/**
 * How many rounds of the event loop other tasks get after each turn of work. A request takes one round each to be accepted,
 * read and answered, and more on Deno: with a single round it had to wait for as many turns, 190 ms instead of 80.
 */
const ROUNDS = 4;

/**
 * Lets other tasks have their turn. Uses a timer: with setImmediate, probes on Deno 2.9 waited 389 to 799 ms although no
 * step took longer than 87 ms.
 */
export async function yieldToOthers(rounds = ROUNDS): Promise<void> {
  for (let round = 0; round < rounds; round++) await new Promise<void>((resolve) => setTimeout(resolve, 1));
}

/**
 * Runs work that pauses at each `yield`, and lets other tasks have their turn after every few milliseconds: a chain may have
 * 60,000 rules, and probes must be answered meanwhile. Short work is done at once.
 */
export async function runCooperatively<T>(steps: Generator<void, T, void>): Promise<T> {
  // Not `performance`: Node loads it on first use, and commands would start 2 ms later.
  let begin = Date.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (Math.abs(Date.now() - begin) < TURN_MS) continue;
    await yieldToOthers();
    begin = Date.now();
  }
}
