// Mutated inputs for everything that reads text, beside slow twins and round trips.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Random } from "../../test/random-of.ts";
import { cniConfigs, configs, flags } from "../fuzz/config-targets.ts";
import { mutate, shrink } from "../fuzz/mutate.ts";
import { nft, xtables } from "../fuzz/rules-targets.ts";
import type { Target } from "../fuzz/target.ts";
import { dumps, flows, lists } from "../fuzz/text-targets.ts";
import type { Part } from "../part.ts";

const TARGETS: readonly Target[] = [lists, dumps, flows, configs, cniConfigs, flags, xtables, nft];

/** Inputs that were found to show something, a JSON string a line. */
const corpusPath = ({ name }: Target) => `torture/corpus/${name}.jsonl`;

function corpusOf(target: Target): readonly string[] {
  if (!existsSync(corpusPath(target))) return [];
  const lines = readFileSync(corpusPath(target), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as string);
}

/** What sort of failure an error is, whatever the values in it are. */
const kindOf = (error: unknown) => (error as Error).message.replace(/[\d"'[{(:].*/s, "");

/** What an input shows, or the sort of failure that it leads to. */
async function outcomeOf(target: Target, input: string): Promise<string> {
  try {
    return `shows ${await target.run(input)}`;
  } catch (error) {
    return `fails ${kindOf(error)}`;
  }
}

interface Pool {
  /** Where each try begins, so that its seed repeats it. */
  readonly begin: readonly string[];
  /** What has been shown so far, by whichever try. */
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

/** Runs a target on some inputs. Those that show something new join what the next ones are made from. */
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

/** Adds what was found to the corpus, each as short as it can be while it shows the same. */
async function keepFound(target: Target, { found }: Pool): Promise<void> {
  for (const input of found) {
    const outcome = await outcomeOf(target, input);
    const shortest = await shrink(input, async (text) => (await outcomeOf(target, text)) === outcome);
    appendFileSync(corpusPath(target), `${JSON.stringify(shortest)}\n`);
  }
}

export const fuzz: Part = {
  name: "fuzz",
  about: "mutated configs, lists, dumps, CNI configs, flows, flags: nothing traps, twins agree, round trips end",
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
