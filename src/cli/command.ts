// What a command is.
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";

export interface Command {
  /** What follows the flags; empty where nothing may. */
  readonly operands: string;
  readonly summary: string;
  /** Paragraphs of its help, one a line. */
  readonly details: readonly string[];
  readonly examples: readonly string[];
  readonly exits: string;
  /** The exit code for bad usage; 2 by default. */
  readonly usageExit?: number;
  /** Carries it out and answers the exit code. */
  readonly action: (settings: Settings, words: readonly string[], io: Io) => Promise<number>;
}
