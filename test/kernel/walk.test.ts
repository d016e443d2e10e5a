// Random rules of all kinds, and real packets: the walk gives the source that the outside sees, or answers maybe.
// WALK_SETS: how many sets of rules; WALK_SEED: the seed of the first one.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runInside } from "../../demo/network.mjs";
import type { Family } from "../../src/core/index.ts";
import { runTool } from "../../src/host/index.ts";
import { type NatView, type Traffic, type Treatment, walk } from "../../src/netfilter/index.ts";
import { type NodeFacts, readNat } from "../../src/netfilter/read-nat.ts";
import { POOLS, PORTS, type RandomNat, randomNat } from "../netfilter/random-nat.ts";
import { parseSlow } from "../policy/random.ts";
import { type Random, randomOf } from "../random-of.ts";
import { kernelTest } from "./harness.ts";
import { BEHIND_ETH1, type Flow, makeRouter, NODE, type Router, resetRules } from "./walk-network.ts";

const SETS = Number(process.env.WALK_SETS ?? 50);
const SEED = Number(process.env.WALK_SEED ?? 1);
/** Sets per router: legacy tables are registered only once in its life, which determines the order among equal priorities. */
const SETS_PER_ROUTER = 40;
const FLOWS = 6;

/** The node in the reader's view. */
export function factsOf(node: string): NodeFacts {
  return {
    files: {
      read: (path) => runInside(node, ["sh", "-c", `cat ${path} 2> /dev/null || true`]),
      unreadable: () => [],
    },
    addresses: async () =>
      Object.values(NODE).flatMap((byName) => Object.entries(byName).map(([name, address]) => ({ name, address }))),
  };
}

const runnerIn = (node: string) => ({
  run: (name: string, args: readonly string[], how = {}) =>
    runTool("nsenter", [`--net=/run/netns/${node}`, "--", name, ...args], how),
});

let port = 1024;
/** A source port that no packet has used. */
const nextPort = () => {
  port = port >= 65_000 ? 1025 : port + 37;
  return port;
};

function randomFlow(random: Random, family: Family): Flow {
  const pool = POOLS[family];
  return {
    source: random.pick(pool.sources),
    sourcePort: nextPort(),
    destination: random.pick([...pool.destinations, pool.service.address]),
    port: Number(random.pick(Object.keys(PORTS))),
  };
}

const exactly = (value: number | bigint) => [{ first: BigInt(value), last: BigInt(value) }];

/** The known facts about the packet when it reaches the hook. */
function trafficOf({ source, sourcePort, destination, port: to }: Flow, family: Family, random: Random): Traffic {
  const { service } = POOLS[family];
  const dnat = destination === service.address;
  const set: { mark?: number; connectionMark?: number } = PORTS[to as keyof typeof PORTS];
  return {
    source: exactly(parseSlow(source)),
    destination: exactly(parseSlow(dnat ? service.pod : destination)),
    protocol: exactly(17),
    sourcePort: exactly(sourcePort),
    destinationPort: exactly(to),
    outputInterface: [outputOf(destination)],
    inputInterface: random.chance(0.8) ? ["pod0"] : undefined,
    mark: BigInt(set.mark ?? 0),
    connectionMark: BigInt(set.connectionMark ?? 0),
    dnat,
  };
}

const outputOf = (destination: string) => (BEHIND_ETH1.includes(destination) ? "eth1" : "eth0");

/** Does a packet that was seen, or not seen, match a treatment? */
function agrees(treatment: Treatment, flow: Flow, family: Family, seen: string | undefined): boolean {
  switch (treatment.kind) {
    case "unknown":
      return true;
    case "dropped":
      return seen === undefined;
    case "kept":
      return seen === flow.source;
    case "masqueraded":
      return seen === NODE[family][outputOf(flow.destination)];
    case "translated": {
      const number = seen === undefined ? undefined : parseSlow(seen);
      return number !== undefined && treatment.first <= number && number <= treatment.last;
    }
  }
}

interface Tally {
  flows: number;
  maybe: number;
  /** Inputs that a tool has refused. */
  refused: number;
  readonly outcomes: Map<string, number>;
  readonly wrong: string[];
}

async function tryRules(router: Router, rules: RandomNat, random: Random, seed: number, tally: Tally): Promise<void> {
  const { family, inputs } = rules;
  tally.refused += resetRules(router.node, inputs, family);
  const [view] = await readNat(runnerIn(router.node), [family], factsOf(router.node));
  assert.equal(view?.unseen, [], `seed ${seed}`);
  const flows = Array.from({ length: FLOWS }, () => randomFlow(random, family));
  const walks = flows.map((flow) => walk(view as NatView, trafficOf(flow, family, random)));
  const seen = await router.see(flows, walks.filter(({ outcome }) => outcome.kind !== "dropped").length);
  for (const [i, { outcome }] of walks.entries()) {
    const flow = flows[i] as Flow;
    tally.flows++;
    if (outcome.kind === "maybe") tally.maybe++;
    tally.outcomes.set(outcome.kind, (tally.outcomes.get(outcome.kind) ?? 0) + 1);
    const possible = outcome.kind === "maybe" ? outcome.possible : [outcome];
    if (possible.some((one) => agrees(one, flow, family, seen[i]))) continue;
    const said = JSON.stringify(possible, (_, value) => (typeof value === "bigint" ? String(value) : value));
    const text = inputs.map(({ tool, text: input }) => `# ${tool}\n${input}`).join("\n");
    tally.wrong.push(`seed ${seed}: ${JSON.stringify(flow)} was seen as ${seen[i]}, not ${said}\n${text}`);
  }
}

kernelTest(`${SETS} sets of rules: the walk matches what the outside sees`, async () => {
  const tally: Tally = { flows: 0, maybe: 0, refused: 0, outcomes: new Map(), wrong: [] };
  for (let first = 0; first < SETS; first += SETS_PER_ROUTER) {
    const router = await makeRouter();
    try {
      for (let i = first; i < Math.min(first + SETS_PER_ROUTER, SETS); i++) {
        const random = randomOf(SEED + i);
        await tryRules(router, randomNat(random), random, SEED + i, tally);
      }
    } finally {
      router.close();
    }
  }
  const share = tally.maybe / tally.flows;
  if (process.env.WALK_SETS) {
    console.log(
      `${SETS} sets, ${tally.flows} packets, maybe ${(100 * share).toFixed(1)} %, wrong ${tally.wrong.length}, inputs refused ${tally.refused}`,
      tally.outcomes,
    );
  }
  assert.equal(tally.wrong.slice(0, 3).join("\n\n"), "");
  assert.ok(share <= 0.1, `${(100 * share).toFixed(1)} % of the answers are maybe`);
});

test.run();
