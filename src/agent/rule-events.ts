// What `nft monitor` prints, as transactions.
import type { RuleEvent } from "../backends/index.ts";

/** Events that were committed together. */
export interface RuleTransaction {
  readonly events: readonly RuleEvent[];
  /** The program that made it, as the kernel names it: at most 15 characters. */
  readonly program: string;
  /** Its process, as the initial pid namespace counts. */
  readonly pid: number;
}

export interface EventReader {
  /** Reads a part of the output, wherever it is cut; returns the transactions that end in it. */
  read(part: string): readonly RuleTransaction[];
  /** Has the kernel dropped events because they were not read in time? Asked once for each time. */
  hasLost(): boolean;
}

/** nft prints `insert` for a rule that does not go to the end of its chain (`iptables -I`). */
const EVENT = /^(add|insert|delete) (\w+) (\w+) (\S+)(?: (\S+))?/;
const COMMIT = /^# new generation \d+ by process (\d+) \((.*)\)$/;
const ERROR = "# ERROR";
const LOST = /^# ERROR: We lost some netlink events/;

/** Characters of one line that are kept: a set may be added with all its elements. */
const LONGEST = 4_096;

/** Events of one transaction that are kept: what matters is whether any is ours, and ours are looked for first. */
const MOST = 1_000;

/**
 * @param tables the tables whose events may matter
 * @param matters is an event worth keeping? All others are dropped at once
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
      if (events.length < MOST && matters(event)) events.push(event);
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
    read: (part) => {
      const text = rest + part;
      const end = text.lastIndexOf("\n") + 1;
      rest = text.slice(end, end + LONGEST);
      // Others may commit thousands of rules a second: most parts are passed over without a look at their lines.
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
