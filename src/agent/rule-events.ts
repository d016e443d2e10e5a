// Parses the output of `nft monitor` into transactions.
import type { RuleEvent } from "../backends/index.ts";

/** Events that were committed together. */
export interface RuleTransaction {
  readonly events: readonly RuleEvent[];
  /** The program that made it, by the kernel's name for it: at most 15 characters. */
  readonly program: string;
  /** Its pid in the initial pid namespace. */
  readonly pid: number;
}

export interface EventReader {
  /** Reads a chunk of the output, split anywhere; returns the transactions that end in it. */
  read(chunk: string): readonly RuleTransaction[];
  /** Whether the kernel has dropped events, because they were not read in time, since the last call. */
  hasLost(): boolean;
}

/** nft prints `insert` for a rule that is not appended to its chain (`iptables -I`). */
const EVENT = /^(add|insert|delete) (\w+) (\w+) (\S+)(?: (\S+))?/;
const COMMIT = /^# new generation \d+ by process (\d+) \((.*)\)$/;
const ERROR = "# ERROR";
const LOST = /^# ERROR: We lost some netlink events/;

/** How many characters of a line are kept: a set may be added with all its elements. */
const MAX_LINE = 4_096;

/** How many events of a transaction are kept: it only matters whether any concerns our rules. */
const MAX_EVENTS = 1_000;

/**
 * @param tables the tables whose events may matter
 * @param matters whether to keep an event; all others are dropped at once
 */
export function createEventReader(
  tables: () => readonly string[],
  matters: (event: RuleEvent) => boolean,
): EventReader {
  let rest = "";
  let lost = false;
  let events: RuleEvent[] = [];
  const take = (line: string): RuleTransaction | undefined => {
    const [, op, object = "", family = "", table = "", name = ""] = EVENT.exec(line) ?? [];
    if (op !== undefined) {
      const event = { op: op === "delete" ? op : "add", object, family, table, name, text: line } as const;
      if (events.length < MAX_EVENTS && matters(event)) events.push(event);
      return undefined;
    }
    if (LOST.test(line)) lost = true;
    const [, pid, program] = COMMIT.exec(line) ?? [];
    if (pid === undefined || program === undefined) return undefined;
    const done = events;
    events = [];
    return done.length > 0 ? { events: done, program, pid: Number(pid) } : undefined;
  };
  return {
    read: (chunk) => {
      const text = rest + chunk;
      const end = text.lastIndexOf("\n") + 1;
      rest = text.slice(end, end + MAX_LINE);
      // Other programs may commit thousands of rules a second: most chunks are skipped without parsing their lines.
      const isOthers = events.length === 0 && ![ERROR, ...tables()].some((one) => text.includes(one));
      if (isOthers) return [];
      return text
        .slice(0, end)
        .split("\n")
        .flatMap((line) => take(line) ?? []);
    },
    hasLost: () => {
      const had = lost;
      lost = false;
      return had;
    },
  };
}
