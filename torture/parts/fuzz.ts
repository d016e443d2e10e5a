// Mutated inputs for every text parser, checked by reference implementations and round trips.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Random } from "../../test/random-of.ts";
import { cniConfigs, configs, flags } from "../fuzz/config-targets.ts";
import { mutate, shrink } from "../fuzz/mutate.ts";
import { nft, xtables } from "../fuzz/rules-targets.ts";
import type { Target } from "../fuzz/target.ts";
import { dumps, flows, lists } from "../fuzz/text-targets.ts";
import type { Part } from "../part.ts";

const TARGETS: readonly Target[] = [lists, dumps, flows, configs, cniConfigs, flags, xtables, nft];

/** Inputs that have shown something, one JSON string per line. */
const corpusPath = ({ name }: Target) => `torture/corpus/${name}.jsonl`;

function corpusOf(target: Target): readonly string[] {
  if (!existsSync(corpusPath(target))) return [];
  const lines = readFileSync(corpusPath(target), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as string);
}

/** The kind of failure of an error, without the values in it. */
const kindOf = (error: unknown) => (error as Error).message.replace(/[\d"'[{(:].*/s, "");

/** What an input shows, or the kind of failure that it causes. */
async function outcomeOf(target: Target, input: string): Promise<string> {
  try {
    return `shows ${await target.run(input)}`;
  } catch (error) {
    return `fails ${kindOf(error)}`;
  }
}

interface Pool {
  /** The starting inputs of each attempt, so that its seed reproduces it. */
  readonly begin: readonly string[];
  /** Everything shown so far by any attempt. */
  readonly shown: Set<string>;
  /** The inputs that showed something first. */
  readonly found: string[];
}

async function openPool(target: Target): Promise<Pool> {
  const begin = [...target.seeds(), ...corpusOf(target)];
  const shown = new Set<string>();
  for (const input of begin) shown.add(await outcomeOf(target, input));
  return { begin, shown, found: [] };
}

/** Runs a target on some inputs. Inputs that show something new are used for the next mutations. */
async function runBatch(target: Target, { begin, shown, found }: Pool, random: Random): Promise<void> {
  const inputs = [...begin];
  const shownHere = new Set<string>();
  for (let i = 0; i < target.batch; i++) {
    const input = mutate(random.pick(inputs), random.pick(inputs), random, target.dictionary);
    try {
      const what = `shows ${await target.run(input)}`;
      if (!shownHere.has(what)) inputs.push(input);
      shownHere.add(what);
      if (!shown.has(what)) found.push(input);
      shown.add(what);
    } catch (error) {
      const outcome = `fails ${kindOf(error)}`;
      const fails = async (text: string) => (await outcomeOf(target, text)) === outcome;
      const shortest = await shrink(input, fails);
      throw new Error(`${target.name}, with ${JSON.stringify(shortest)}: ${(error as Error).stack}`);
    }
  }
}

/** Adds the new inputs to the corpus, each as short as possible while it shows the same. */
async function keepFound(target: Target, { found }: Pool): Promise<void> {
  for (const input of found) {
    const outcome = await outcomeOf(target, input);
    const shortest = await shrink(input, async (text) => (await outcomeOf(target, text)) === outcome);
    appendFileSync(corpusPath(target), `${JSON.stringify(shortest)}\n`);
  }
}

export const fuzz: Part = {
  name: "fuzz",
  about:
    "mutated configs, lists, dumps, CNI configs, flows, flags: no traps, same results as the reference, complete round trips",
  share: 2,
  open: async ({ keep }) => {
    const pools = new Map<Target, Pool>();
    for (const target of TARGETS) pools.set(target, await openPool(target));
    return {
      attempt: async ({ random, count }) => {
        const target = random.pick(TARGETS);
        const pool = pools.get(target);
        if (pool) await runBatch(target, pool, random);
        count(`inputs for ${target.name}`, target.batch);
        count("inputs", target.batch);
      },
      close: async () => {
        if (keep) for (const [target, pool] of pools) await keepFound(target, pool);
      },
    };
  },
};
