// Limits how long callers wait for a result.

/**
 * Wraps `ask`: the wrapper returns undefined if it fails or takes longer than `ms` milliseconds. Calls in the meantime share
 * the running one.
 */
export function withTimeLimit<T>(ms: number, ask: () => Promise<T>): () => Promise<T | undefined> {
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
