// The walk: order, jumps, partial knowledge, and bounds.
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type BaseChain,
  type Intervals,
  readXtables,
  type Traffic,
  type Treatment,
  walk,
} from "../../src/netfilter/index.ts";
import { cases, inCI, size } from "../cases.ts";
import { type Random, randomOf } from "../random-of.ts";
import { POOLS, randomIptables } from "./random-nat.ts";
import { iptables, nftChains, numbers, outcomeText, PACKET, set, viewOf } from "./views.ts";

const masquerade = { masquerade: null };
const snat = (addr: string) => ({ snat: { addr } });
const chain = (table: string, priority: number, ...rules: object[][]) =>
  nftChains({ table, chains: { c: { priority, rules } } });
const outcomeTextOf = (chains: readonly BaseChain[], traffic: Traffic = PACKET) =>
  outcomeText(walk(viewOf(chains), traffic));

test("chains run by priority until one translates; accept and return end only their chain", () => {
  const rest = [masquerade];
  assert.is(outcomeTextOf([...chain("a", 200, rest), ...chain("b", -5, [{ accept: null }])]), "masqueraded");
  assert.is(
    outcomeTextOf([...chain("a", 110, rest), iptables(["-A POSTROUTING -j SNAT --to-source 192.0.2.9"])]),
    "translated 3221225993-3221225993",
  );
  assert.is(
    outcomeTextOf([...chain("a", 90, rest), iptables(["-A POSTROUTING -j SNAT --to-source 192.0.2.9"])]),
    "masqueraded",
  );
  assert.is(outcomeTextOf([...chain("a", 99, [{ drop: null }]), ...chain("b", 100, rest)]), "dropped");
  // If a source is bound to itself, NAT is set up for good.
  assert.is(
    outcomeTextOf([
      ...chain("a", 90, [{ snat: { addr: { payload: { protocol: "ip", field: "saddr" } } } }]),
      ...chain("b", 100, rest),
    ]),
    "bound",
  );
  const dropping = nftChains({ chains: { c: { priority: 90, policy: "drop", rules: [[{ return: null }]] } } });
  const walked = walk(viewOf([...dropping, ...chain("b", 100, rest)]), PACKET);
  assert.is(outcomeText(walked), "dropped");
  assert.is(walked.endings[0]?.base, dropping[0]);
});

test("of chains with the same priority in one table the newer one runs first", () => {
  const chains = {
    old: { priority: 100, rules: [[masquerade]] },
    new: { priority: 100, rules: [[{ snat: { addr: "192.0.2.9" } }]] },
  };
  assert.is(outcomeTextOf(nftChains({ chains })), "translated 3221225993-3221225993");
});

test("across tables the order is unknown: the answer is a maybe only if the order matters", () => {
  const [a, b] = [chain("a", 100, [masquerade]), chain("b", 100, [snat("192.0.2.9")])];
  const walked = walk(viewOf([...a, ...b]), PACKET);
  assert.is(outcomeText(walked), "maybe masqueraded|translated 3221225993-3221225993");
  assert.equal(
    walked.undecided.map(({ kind, about }) => [kind, about]),
    [["order", "which of ip a c and ip b c is called first"]],
  );
  assert.is(outcomeTextOf([...a, ...chain("b", 100, [masquerade])]), "masqueraded");
  assert.is(outcomeTextOf([...a, ...chain("b", 100, [{ accept: null }])]), "masqueraded");
  // One chain may set the mark that another one matches.
  const marking = chain("m", 100, [{ mangle: { key: { meta: { key: "mark" } }, value: 1 } }]);
  const asking = chain("n", 100, [{ match: { op: "==", left: { meta: { key: "mark" } }, right: 1 } }, masquerade]);
  assert.is(outcomeTextOf([...marking, ...asking]), "maybe kept|masqueraded");
  // Ten chains that change nothing are cheap; ten that do have too many orders.
  const idle = Array.from({ length: 10 }, (_, i) => chain(`t${i}`, 100, [{ accept: null }])).flat();
  assert.is(outcomeTextOf([...idle, ...a]), "masqueraded");
  const busy = Array.from({ length: 10 }, (_, i) => chain(`t${i}`, 100, [snat(`192.0.2.${i}`)])).flat();
  assert.is(outcomeTextOf(busy), "maybe unknown");
});

test("jump returns, goto does not, and return leaves a chain", () => {
  const rules = (first: string) => [
    `-A POSTROUTING ${first} A`,
    "-A POSTROUTING -j MASQUERADE",
    "-A A -d 10.99.0.1/32 -j B",
    "-A A -j SNAT --to-source 192.0.2.9",
    "-A B -s 10.244.0.2/32 -j RETURN",
    "-A B -j ACCEPT",
  ];
  assert.is(outcomeTextOf([iptables(rules("-j"))]), "translated 3221225993-3221225993");
  assert.is(outcomeTextOf([iptables(rules("-g"))]), "translated 3221225993-3221225993");
  assert.is(outcomeTextOf([iptables(rules("-j"))], { ...PACKET, source: set("10.244.0.3") }), "kept");
  assert.is(
    outcomeTextOf([iptables(["-A POSTROUTING -g A", "-A POSTROUTING -j MASQUERADE", "-A A -p tcp -j ACCEPT"])]),
    "kept",
  );
});

test("the trace names the rules that match or may match, and the one that decides", () => {
  const { trace, decides } = walk(
    viewOf([
      iptables([
        "-A POSTROUTING -s 10.1.0.0/16 -j MASQUERADE",
        "-A POSTROUTING -m set --match-set x src -j RETURN",
        '-A POSTROUTING -m comment --comment "to A" -j A',
        "-A A -p udp -j MASQUERADE",
      ]),
    ]),
    PACKET,
  );
  assert.equal(
    trace.map(({ at, answer, undecided }) => [
      at.chain,
      at.rule.number,
      at.depth,
      answer,
      ...undecided.map(({ about }) => about),
    ]),
    [
      ["POSTROUTING", 2, 0, "unknown", "set"],
      ["POSTROUTING", 3, 0, "yes"],
      ["A", 1, 1, "yes"],
    ],
  );
  assert.is(decides, undefined);
  assert.is(trace[1]?.at.rule.comment, "to A");
});

test("the answer is definite if all paths lead to it", () => {
  const both = ["-A POSTROUTING -m set --match-set x src -j MASQUERADE", "-A POSTROUTING -j MASQUERADE"];
  const walked = walk(viewOf([iptables(both)]), PACKET);
  assert.is(outcomeText(walked), "masqueraded");
  assert.equal(walked.undecided, []);
  // A match that is evaluated twice has the same result, unless it depends on chance.
  const twice = (match: string) => [`-A POSTROUTING ${match} -j RETURN`, `-A POSTROUTING ${match} -j MASQUERADE`];
  assert.is(outcomeTextOf([iptables(twice("-m set --match-set x src"))]), "kept");
  assert.is(outcomeTextOf([iptables(twice("-m statistic --mode random --probability 0.5"))]), "maybe kept|masqueraded");
  const opposite = [
    "-A POSTROUTING -m set --match-set x src -j MASQUERADE",
    "-A POSTROUTING -m set ! --match-set x src -j MASQUERADE",
  ];
  assert.is(outcomeTextOf([iptables(opposite)]), "masqueraded");
  // Packets that one rule takes do not reach the next.
  const any: Traffic = { ...PACKET, destination: undefined, outputInterface: undefined };
  const split = [
    "-A POSTROUTING -d 10.0.0.0/8 -o eth+ -j MASQUERADE",
    "-A POSTROUTING ! -d 10.0.0.0/8 -j MASQUERADE",
    "-A POSTROUTING ! -o eth+ -j MASQUERADE",
  ];
  assert.is(outcomeTextOf([iptables(split)], any), "masqueraded");
});

test("marks are followed bit by bit", () => {
  const rules = [
    "-A POSTROUTING -m set --match-set x src -j MARK --set-xmark 0x4000/0x4000",
    "-A POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
    "-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE",
    "-A POSTROUTING -j SNAT --to-source 192.0.2.9",
  ];
  assert.is(outcomeTextOf([iptables(rules)]), "maybe kept|masqueraded");
  assert.is(outcomeTextOf([iptables(rules)], { ...PACKET, mark: 0x4000n }), "masqueraded");
  assert.is(outcomeTextOf([iptables(rules)], { ...PACKET, mark: "unknown" }), "maybe kept|masqueraded");
});

test("assumptions are reported if a rule depends on them", () => {
  const rule = [
    "-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE",
    "-A POSTROUTING -m conntrack --ctstate DNAT -j MASQUERADE",
  ];
  assert.equal(walk(viewOf([iptables(rule)]), PACKET).assumes, ["mark", "dnat"]);
  assert.equal(walk(viewOf([iptables(rule)]), { ...PACKET, mark: 0n, dnat: false }).assumes, []);
  assert.equal(walk(viewOf([iptables(["-A POSTROUTING -j MASQUERADE"])]), PACKET).assumes, []);
});

test("anything that could not be read makes the answer a maybe", () => {
  const unseen = [{ tool: "nft", what: "table ip t", why: "nft is not installed" }] as const;
  assert.is(
    outcomeText(walk({ ...viewOf([iptables(["-A POSTROUTING -j MASQUERADE"])]), unseen }, PACKET)),
    "maybe masqueraded|unknown",
  );
});

test("40,000 rules for one packet", () => {
  const rules = Array.from(
    { length: size(40_000, 4_000) },
    (_, i) => `-A POSTROUTING -s 10.1.${i >> 8}.${i & 255}/32 ! -d 10.0.0.0/8 -j MASQUERADE`,
  );
  assert.is(outcomeTextOf([iptables(rules)]), "kept");
  const many = [iptables(rules.slice(0, size(10_000, 1_000)))];
  assert.is(outcomeTextOf(many, { ...PACKET, source: undefined, destination: undefined }), "maybe kept|masqueraded");
  // Text that no kernel printed.
  assert.is(outcomeTextOf([iptables(["-A POSTROUTING -j A", "-A A -j B", "-A B -j A"])]), "maybe unknown");
});

inCI("jumps that multiply are bounded", () => {
  const name = (level: number) => (level === 0 ? "POSTROUTING" : `L${level}`);
  const fan = Array.from({ length: 12 }, (_, level) =>
    Array.from(
      { length: 8 },
      () => `-A ${name(level)} -m statistic --mode random --probability 0.5 -j ${name(level + 1)}`,
    ),
  );
  assert.is(outcomeTextOf([iptables([...fan.flat(), "-A L12 -p tcp -j MASQUERADE"])]), "maybe unknown");
});

/** Traffic with many unknowns, and packets that belong to it. */
function randomTraffic(random: Random): { readonly traffic: Traffic; readonly packet: Traffic } {
  const { sources, destinations, sourceBlocks, destinationBlocks } = POOLS.ipv4;
  const source = random.pick(sources);
  const destination = random.pick(destinations);
  const contains = (block: string, address: string) =>
    set(block).some(
      ({ first, last }) => first <= (set(address)[0]?.first ?? 0n) && (set(address)[0]?.first ?? 0n) <= last,
    );
  const blockOf = (blocks: readonly string[], address: string): Intervals | undefined => {
    const around = blocks.filter((block) => contains(block, address));
    return random.chance(0.2) || around.length === 0
      ? undefined
      : set(random.chance(0.3) ? address : random.pick(around));
  };
  const packet: Traffic = {
    source: set(source),
    destination: set(destination),
    protocol: numbers(random.pick([6, 17, 132])),
    sourcePort: numbers(1024 + random.below(60_000)),
    destinationPort: numbers(random.pick([53, 80, 8080, 8081])),
    outputInterface: [random.pick(["eth0", "eth1", "wg0"])],
    inputInterface: ["pod0"],
    mark: BigInt(random.pick([0, 0x4000, 0x13])),
    connectionMark: BigInt(random.pick([0, 4])),
    dnat: random.chance(0.3),
  };
  const maybe = <T>(value: T): T | undefined => (random.chance(0.5) ? value : undefined);
  const traffic: Traffic = {
    source: blockOf(sourceBlocks, source),
    destination: blockOf(destinationBlocks, destination),
    protocol: maybe(packet.protocol),
    sourcePort: maybe(packet.sourcePort),
    destinationPort: maybe(packet.destinationPort),
    outputInterface:
      random.chance(0.3) && packet.outputInterface?.[0]?.startsWith("eth") ? ["eth*"] : maybe(packet.outputInterface),
    inputInterface: maybe(packet.inputInterface),
    mark: random.chance(0.5) ? packet.mark : "unknown",
    connectionMark: random.chance(0.5) ? packet.connectionMark : "unknown",
    dnat: random.chance(0.5) ? packet.dnat : "unknown",
  };
  return { traffic, packet };
}

/** Is the outcome for one packet among the possible outcomes for all? */
function allows(possible: Treatment, one: Treatment): boolean {
  if (possible.kind === "unknown") return true;
  if (possible.kind === "translated") {
    const [first, last] = one.kind === "translated" ? [one.first, one.last] : [undefined, undefined];
    // If a network is mapped, one packet has one address; a packet may have the address that it is given.
    return one.kind === "kept"
      ? one.bound
      : first !== undefined && last !== undefined && possible.first <= first && last <= possible.last;
  }
  return possible.kind === one.kind;
}

test("the answer for many packets holds for each of them", () => {
  const inside = (region: Intervals, point: Intervals | undefined) =>
    region.some(({ first, last }) => point?.every((one) => first <= one.first && one.last <= last));
  let definite = 0;
  for (let seed = 1; seed <= cases(400); seed++) {
    const random = randomOf(seed);
    const text = randomIptables({ random, family: "ipv4" });
    const view = viewOf([readXtables(text, { tool: "iptables-nft", family: "ipv4" })]);
    for (let i = 0; i < 8; i++) {
      const { traffic, packet } = randomTraffic(random);
      const all = walk(view, traffic);
      const one = walk(view, packet);
      const name = `seed ${seed}: ${outcomeText(all)} of all, ${outcomeText(one)} of one\n${text}`;
      if (all.outcome.kind !== "maybe") definite++;
      for (const treatment of one.outcome.kind === "maybe" ? one.outcome.possible : [one.outcome]) {
        const where = all.endings.filter((ending) => allows(ending.treatment, treatment));
        assert.ok(
          where.some(
            ({ source, destination }) => inside(source, packet.source) && inside(destination, packet.destination),
          ),
          name,
        );
      }
    }
  }
  assert.ok(definite > cases(400) * 0.75, `${definite} answers are definite`);
});

test.run();
