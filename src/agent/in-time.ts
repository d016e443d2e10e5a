// Bounds how long an answer is waited for.

/**
 * Asks `ask`, and returns undefined if that fails or takes longer than `ms` milliseconds. While a question is under way
 * no other is asked: who comes meanwhile waits for the same answer.
 */
export function inTime<T>(ms: number, ask: () => Promise<T>): () => Promise<T | undefined> {
  let asked: Promise<T | undefined> | undefined;
  return () => {
    asked ??= ask()
      .catch(() => undefined)
      .finally(() => {
        asked = undefined;
      });
    const answer = asked;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ms);
      answer.then(resolve).finally(() => clearTimeout(timer));
    });
  };
}
