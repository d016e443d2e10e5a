// What a command is.
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";

export interface Command {
  /** What follows the flags; empty if nothing may. */
  readonly operands: string;
  /** Does a FILE that follows the flags stand for --config=FILE? */
  readonly configOperand?: true;
  readonly summary: string;
  /** Paragraphs of its help, one a line. */
  readonly details: readonly string[];
  readonly examples: readonly string[];
  readonly exits: string;
  /** The exit code for bad usage; 2 by default. */
  readonly usageExit?: number;
  /** Carries it out and returns the exit code. */
  readonly action: (settings: Settings, words: readonly string[], io: Io) => Promise<number>;
}
