// What a part of the torture is, and the loop that runs one.
import { type Random, randomOf } from "../test/random-of.ts";

/** One try of a part. */
export interface Try {
  /** All that the try draws comes from here, so that its seed repeats it. */
  readonly random: Random;
  /** Counts something besides tries, such as looks at the rules. */
  count(what: string, times?: number): void;
  /** Notes how long something took, in milliseconds; the longest is reported. */
  took(what: string, milliseconds: number): void;
  /** Milliseconds until the part's time is over. */
  timeLeft(): number;
}

/** What a part has set up; each of its tries starts from there. */
export interface Trial {
  /** Throws if what must hold does not. */
  attempt(one: Try): Promise<void>;
  /** Removes what was set up. */
  close(): Promise<void>;
}

export interface Part {
  readonly name: string;
  /** One line: what is done, and what must hold. */
  readonly about: string;
  /** How much of the time it gets, beside the other parts. */
  readonly share: number;
  /** Does it take a minute to set up? Then it runs only if it is named. */
  readonly isSlowToOpen?: true;
  open(options: Options): Promise<Trial>;
}

export interface Options {
  /** Are inputs that show something new added to torture/corpus/? */
  readonly keep: boolean;
}

export interface Failure {
  readonly seed: number;
  readonly message: string;
}

/** Counts and longest times of a part so far. */
export interface Summary {
  tries: number;
  readonly failures: Failure[];
  readonly counts: Map<string, number>;
  /** In milliseconds. */
  readonly longest: Map<string, number>;
}

export interface Limits extends Options {
  readonly seed: number;
  readonly milliseconds: number;
  readonly tries: number;
}

/** A part that fails this often has been understood. */
const MOST_FAILURES = 5;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Runs a part until its time or its tries are over. The first try has the seed given, the next the number after it. */
export async function runPart(part: Part, { seed, milliseconds, tries, keep }: Limits): Promise<Summary> {
  const summary: Summary = { tries: 0, failures: [], counts: new Map(), longest: new Map() };
  const end = performance.now() + milliseconds;
  const timeLeft = () => end - performance.now();
  const tools = {
    timeLeft,
    count: (what: string, times = 1) => void summary.counts.set(what, (summary.counts.get(what) ?? 0) + times),
    took: (what: string, time: number) =>
      void summary.longest.set(what, Math.max(time, summary.longest.get(what) ?? 0)),
  };
  const trial = await part.open({ keep });
  try {
    while (summary.tries < tries && (timeLeft() > 0 || summary.tries === 0)) {
      const trySeed = seed + summary.tries++;
      const random = randomOf(trySeed);
      try {
        await trial.attempt({ ...tools, random });
      } catch (error) {
        summary.failures.push({ seed: trySeed, message: messageOf(error) });
        if (summary.failures.length === MOST_FAILURES) break;
      }
    }
  } finally {
    try {
      await trial.close();
    } catch (error) {
      summary.failures.push({ seed, message: messageOf(error) });
    }
  }
  return summary;
}

/** What is printed of a part that has run. */
export function report({ name }: Part, { tries, failures, counts, longest }: Summary, seconds: number): string {
  const figures = [
    ...[...counts].map(([what, times]) => `${times.toLocaleString("en")} ${what}`),
    ...[...longest].map(([what, time]) => `longest ${what}: ${Math.round(time).toLocaleString("en")} ms`),
  ];
  const head = `${name}: ${tries.toLocaleString("en")} tries, ${failures.length} failures, ${Math.round(seconds)} s`;
  const failed = failures.map(
    ({ seed, message }) =>
      `  FAILED; to repeat it: npm run torture -- ${name} --seed=${seed} --tries=1\n${message.replace(/^/gm, "    ")}`,
  );
  return [head, ...figures.map((line) => `  ${line}`), ...failed].join("\n");
}
