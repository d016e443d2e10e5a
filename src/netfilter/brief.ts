// Reads that must not cost much: nft reads every element of a table's sets, however little of it is shown.
import { type Runner, ToolError } from "../host/index.ts";

/**
 * Milliseconds that one tool may take to read rules of other programs while the agent has its own work to do. nft 1.0.6 takes
 * 2.6 s and 130 MB for a table with 200,000 elements.
 */
const BRIEF_MS = 2_000;

export interface BriefReading {
  readonly run: Runner;
  /** A sentence about what was not read because it took too long; undefined if everything was read. */
  readonly skipped: () => string | undefined;
}

/** Wraps a runner so that each tool is killed after two seconds. The error is an ordinary {@link ToolError}. */
export function readBriefly(run: Runner): BriefReading {
  let slow: string | undefined;
  return {
    run: async (name, args, how) => {
      try {
        return await run(name, args, { ...how, timeout: BRIEF_MS });
      } catch (error) {
        if (error instanceof ToolError && error.reason === "hung") slow ??= error.command;
        throw error;
      }
    },
    skipped: () =>
      slow &&
      `not all rules of other programs were checked: ${slow} takes more than ${BRIEF_MS / 1000} s; ` +
        "ip-masq-agent doctor waits for it",
  };
}
