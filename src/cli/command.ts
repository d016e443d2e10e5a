// The type of a command.
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";

export interface Command {
  /** The operands as usage shows them; empty if the command takes none. */
  readonly operands: string;
  /** Whether an operand FILE means --config=FILE. */
  readonly configOperand?: true;
  readonly summary: string;
  /** The paragraphs of its help. */
  readonly details: readonly string[];
  readonly examples: readonly string[];
  readonly exits: string;
  /** The exit code for a usage error; 2 by default. */
  readonly usageExit?: number;
  /** Loads what the command does: each call of the program runs one command. */
  readonly load: () => Promise<Action>;
}

/** Runs a command and returns the exit code. */
export type Action = (settings: Settings, words: readonly string[], io: Io) => Promise<number>;
