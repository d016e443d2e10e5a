// Long work beside everything else that the program does.

/** Longest that others wait for a turn, in milliseconds. */
const TURN_MS = 8;

/**
 * Rounds of the event loop that others have after each turn of work. A request takes one to be accepted, one to be read and one to be
 * answered, and more on Deno: with a single round it waited for as many turns, 190 ms instead of 80.
 */
const ROUNDS = 4;

/**
 * Lets whatever else waits have its turn. By a timer: with setImmediate, probes of Deno 2.9 waited 389 to 799 ms although no
 * step took longer than 87 ms.
 */
export async function yieldToOthers(rounds = ROUNDS): Promise<void> {
  for (let round = 0; round < rounds; round++) await new Promise<void>((resolve) => setTimeout(resolve, 1));
}

/**
 * Carries out work that pauses at each `yield`, and lets others have their turn whenever it has taken some milliseconds:
 * a chain may have 60,000 rules, and probes are answered meanwhile. Short work is done at once.
 */
export async function inTurns<T>(steps: Generator<void, T, void>): Promise<T> {
  // Not `performance`: Node loads it when it is first used, and a command would start 2 ms later.
  let begin = Date.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (Math.abs(Date.now() - begin) < TURN_MS) continue;
    await yieldToOthers();
    begin = Date.now();
  }
}
