// npm run torture [-- PART…] [--minutes=N] [--seed=N] [--tries=N] [--keep]: random faults and hostile input, for any length of
// time. docs/reliability.md describes what each part tests.
import { parseArgs } from "node:util";
import { countFailures, type Part, report, runPart } from "./part.ts";
import { PARTS } from "./parts/index.ts";

const USAGE = `npm run torture [-- PART…] [--minutes=N] [--seed=N] [--tries=N] [--keep]

  --minutes=N  time for all parts together (default 2)
  --seed=N     seed of the first try; each later try uses the next number (default: random, and printed)
  --tries=N    maximum number of tries per part (default: as many as there is time for)
  --keep       fuzz: add inputs that show something new to torture/corpus/

Parts (default: all but the last):

${PARTS.map(({ name, about }) => `  ${name.padEnd(9)}  ${about}`).join("\n")}
`;

/** The value of a flag as a positive number. Exits with the usage if it is not one. */
function numberOf(flag: string, value: string): number {
  const number = Number(value);
  if (value !== "" && number > 0) return number;
  return refuse(`--${flag}=${value}: write a number above 0`);
}

function refuse(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: "string", default: "2" },
        seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1e9)) },
        tries: { type: "string", default: "Infinity" },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function partNamed(name: string): Part {
  return PARTS.find((part) => part.name === name) ?? refuse(`there is no part ${name}`);
}

const { values, positionals } = read();
if (values.help) {
  console.log(USAGE);
  process.exit();
}
const seed = numberOf("seed", values.seed);
const tries = numberOf("tries", values.tries);
const minutes = numberOf("minutes", values.minutes);
const parts = positionals.length > 0 ? positionals.map(partNamed) : PARTS.filter(({ isSlowToOpen }) => !isSlowToOpen);
const shares = parts.reduce((sum, { share }) => sum + share, 0);

console.log(`seed ${seed}, ${minutes} min for ${parts.map(({ name }) => name).join(", ")}`);
let failed = 0;
for (const part of parts) {
  const begin = performance.now();
  const milliseconds = (minutes * 60_000 * part.share) / shares;
  const summary = await runPart(part, { seed, tries, milliseconds, keep: values.keep });
  console.log(report(part, summary, (performance.now() - begin) / 1000));
  failed += summary.failures.length;
}
console.log(failed === 0 ? "nothing failed" : countFailures(failed));
process.exit(failed === 0 ? 0 : 1);
