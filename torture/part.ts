// The interface of a torture part, and the loop that runs a part.
import { type Random, randomOf } from "../test/random-of.ts";

/** One attempt of a part. */
export interface Try {
  /** The source of everything random in the attempt, so that its seed reproduces it. */
  readonly random: Random;
  /** Counts something besides attempts, such as reads of the rules. */
  count(what: string, times?: number): void;
  /** Records how long something took, in milliseconds; the maximum is reported. */
  took(what: string, milliseconds: number): void;
  /** Milliseconds until the part's time is up. */
  timeLeft(): number;
}

/** The setup of a part; each of its attempts starts from there. */
export interface Trial {
  /** Throws if a promise is broken. */
  attempt(one: Try): Promise<void>;
  /** Removes the setup. */
  close(): Promise<void>;
}

export interface Part {
  readonly name: string;
  /** One line: what the part does, and what must hold. */
  readonly about: string;
  /** Its share of the time, relative to the other parts. */
  readonly share: number;
  /** Does it take a minute to set up? Then it runs only if it is named. */
  readonly isSlowToOpen?: true;
  open(options: Options): Promise<Trial>;
}

export interface Options {
  /** Whether to add inputs that show something new to torture/corpus/. */
  readonly keep: boolean;
}

export interface Failure {
  readonly seed: number;
  readonly message: string;
}

/** Counts and maximum times of a part so far. */
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

/** After this many failures, more would add nothing. */
const MOST_FAILURES = 5;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Runs a part until its time or its attempts are used up. The first attempt uses the given seed, and the next ones the numbers after it. */
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

/** `1 try`, `2,000 tries`. */
const plural = (count: number, one: string, more: string): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

export const countFailures = (count: number): string => plural(count, "failure", "failures");

/** The report of a part. */
export function report({ name }: Part, { tries, failures, counts, longest }: Summary, seconds: number): string {
  const figures = [
    ...[...counts].map(([what, times]) => `${times.toLocaleString("en")} ${what}`),
    ...[...longest].map(([what, time]) => `longest ${what}: ${Math.round(time).toLocaleString("en")} ms`),
  ];
  const head = `${name}: ${plural(tries, "try", "tries")}, ${countFailures(failures.length)}, ${Math.round(seconds)} s`;
  const failed = failures.map(
    ({ seed, message }) =>
      `  FAILED; to reproduce it: npm run torture -- ${name} --seed=${seed} --tries=1\n${message.replace(/^/gm, "    ")}`,
  );
  return [head, ...figures.map((line) => `  ${line}`), ...failed].join("\n");
}
