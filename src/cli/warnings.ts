// Collects the warnings of a command.
import type { Io } from "./io.ts";

export interface Warnings {
  /** Prints a message on standard error; repetitions are dropped. */
  readonly warn: (message: string) => void;
  /** The messages so far, for JSON. */
  all(): readonly string[];
}

export function collectWarnings(io: Io): Warnings {
  const seen = new Set<string>();
  return {
    warn: (message) => {
      if (!seen.has(message)) io.warn(message);
      seen.add(message);
    },
    all: () => [...seen],
  };
}
