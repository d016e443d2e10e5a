// The longest prefix decides: the compiled decision against a slow twin that looks at every rule.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Config, Destination } from "../../src/config/index.ts";
import { type Family, type Prefix as GoodPrefix, parsePrefixes } from "../../src/core/index.ts";
import {
  compilePolicy,
  decide,
  explain,
  type FamilyPolicy,
  formatVerdict,
  type Packet,
} from "../../src/policy/index.ts";
import { formatAddress, formatSlow, numbersBelow, type Prefix } from "../core/slow.ts";

const OPTIONS = { chain: "X", ipv6: true, randomFully: true, ports: [] };

type Below = (below: number) => number;

/** A crowd of prefixes in one corner of a family's space, so that many nest; all of them different. */
function crowd(below: Below, family: Family, most: number): Prefix[] {
  const width = family === "ipv4" ? 32 : 128;
  const found = new Map<string, Prefix>();
  for (let n = below(most + 1); n > 0; n--) {
    const bits = below(6) === 0 ? below(width + 1) : Math.min(width, 8 + below(9));
    const address = randomAddress(below, family);
    const shift = BigInt(width - bits);
    const prefix = { family, bits, address: (address >> shift) << shift };
    if (!(family === "ipv6" && address >> 32n === 0xffffn)) found.set(formatSlow(prefix), prefix);
  }
  return [...found.values()];
}

function randomAddress(below: Below, family: Family): bigint {
  const high = BigInt(below(4) === 0 ? below(256) : 10);
  const rest = (BigInt(below(1 << 16)) << 8n) | BigInt(below(256));
  return family === "ipv4" ? (high << 24n) | rest : ((0xfd00n | high) << 112n) | (rest << 88n) | BigInt(below(1 << 30));
}

const toDestination = (prefix: Prefix): Destination => {
  const [read] = parsePrefixes([formatSlow(prefix)]).read;
  return {
    prefix: read as GoodPrefix,
    text: formatSlow(prefix),
    origin: { file: "c", line: 1, column: 1 },
    span: undefined,
  };
};

/** A config whose lists share no prefix, and what each prefix of them means. */
function randomConfig(below: Below): { config: Config; verdicts: readonly { prefix: Prefix; verdict: string }[] } {
  const all = [...crowd(below, "ipv4", 12), ...crowd(below, "ipv6", 6)];
  const lists: Prefix[][] = [[], [], [], []];
  for (const prefix of all) lists[below(4)]?.push(prefix);
  const [kept = [], masqueraded = [], first = [], second = []] = lists;
  const range = (family: Family, last: number) => ({
    family,
    first: family === "ipv4" ? "203.0.113.1" : "2001:db8::1",
    last: family === "ipv4" ? `203.0.113.${last}` : `2001:db8::${last}`,
  });
  const snat = [first, second].flatMap((some, i) =>
    (["ipv4", "ipv6"] as const).map((family) => ({
      destinations: some.filter((one) => one.family === family).map(toDestination),
      to: range(family, i + 1),
      origin: undefined,
    })),
  );
  const sources = below(3) === 0 ? [...crowd(below, "ipv4", 2), ...crowd(below, "ipv6", 2)] : [];
  const config: Config = {
    nonMasqueradeCIDRs: kept.map(toDestination),
    masqueradeCIDRs: masqueraded.map(toDestination),
    sourceCIDRs: sources.map(toDestination),
    outputInterfaces:
      below(3) === 0
        ? [
            { name: "eth*", origin: undefined },
            { name: "lo", origin: undefined },
          ]
        : [],
    snat,
    cidrLimit: 64,
    masqLinkLocal: below(2) === 0,
    masqLinkLocalIPv6: true,
    resyncInterval: 1n,
  };
  const verdicts = [
    ...kept.map((prefix) => ({ prefix, verdict: "keep" })),
    ...masqueraded.map((prefix) => ({ prefix, verdict: "masquerade" })),
    ...[first, second].flatMap((some, i) =>
      some.map((prefix) => {
        const { first: from, last } = range(prefix.family, i + 1);
        return { prefix, verdict: `snat ${from === last ? from : `${from}-${last}`}` };
      }),
    ),
  ];
  const linkLocal = { family: "ipv4", bits: 16, address: 0xa9fe0000n } as const;
  const isNamed = verdicts.some(({ prefix }) => formatSlow(prefix) === formatSlow(linkLocal));
  if (!config.masqLinkLocal && !isNamed) verdicts.push({ prefix: linkLocal, verdict: "keep" });
  return { config, verdicts };
}

const isIn = (prefix: Prefix, family: Family, address: bigint) =>
  prefix.family === family && prefix.address >> shiftOf(prefix) === address >> shiftOf(prefix);
const shiftOf = ({ family, bits }: Prefix) => BigInt((family === "ipv4" ? 32 : 128) - bits);

/** The verdict, what it depends on, and what leaves the packet out, by looking at everything. */
function slow(
  { config, verdicts }: ReturnType<typeof randomConfig>,
  family: Family,
  destination: bigint,
  source: bigint | undefined,
  output: string | undefined,
): string {
  let longest = -1;
  let verdict = "masquerade";
  for (const one of verdicts) {
    if (one.prefix.bits <= longest || !isIn(one.prefix, family, destination)) continue;
    longest = one.prefix.bits;
    verdict = one.verdict;
  }
  if (verdict === "keep") return verdict;
  const unknown: string[] = [];
  if (config.sourceCIDRs.length > 0) {
    if (source === undefined) unknown.push("source");
    else {
      const within = config.sourceCIDRs.some(({ text }) => {
        const [address = "", bits] = text.split("/");
        return isIn(
          { family: address.includes(":") ? "ipv6" : "ipv4", bits: Number(bits), address: parseSlow(address) },
          family,
          source,
        );
      });
      if (!within) return "keep outside";
    }
  }
  if (config.outputInterfaces.length > 0) {
    if (output === undefined) unknown.push("outputInterface");
    else if (!output.startsWith("eth") && output !== "lo") return "keep outside";
  }
  return [verdict, ...unknown].join(" ");
}

function parseSlow(address: string): bigint {
  if (!address.includes(":")) return address.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const all = tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill("0"), ...after];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** Policies, and packets for each: a million pairs, and more by hand. */
const POLICIES = Number(process.env.LONGEST_POLICIES ?? 4_000);
const PACKETS = 256;

test("a million policies and packets are decided as by the slow twin", () => {
  const below = numbersBelow(20_171_101);
  const seen = new Set<string>();
  for (let n = 0; n < POLICIES; n++) {
    const made = randomConfig(below);
    const policy = compilePolicy(made.config, OPTIONS);
    const packets: Packet[] = [];
    const expected: string[] = [];
    for (let i = 0; i < PACKETS; i++) {
      const family = below(3) === 0 ? "ipv6" : "ipv4";
      // Half of them at the edges of the entries.
      const edges = made.verdicts.filter(({ prefix }) => prefix.family === family);
      const edge = edges[below(Math.max(1, edges.length))]?.prefix;
      const size = edge ? 1n << shiftOf(edge) : 1n;
      const limit = 1n << (family === "ipv4" ? 32n : 128n);
      const near = edge && [edge.address, edge.address + size - 1n, edge.address - 1n, edge.address + size][below(4)];
      const destination =
        near !== undefined && near >= 0n && near < limit && below(2) === 0 ? near : randomAddress(below, family);
      const source = below(2) === 0 ? randomAddress(below, family) : undefined;
      const outputInterface = ["eth0", "lo", "wlan0", undefined][below(4)];
      const show = (address: bigint) => formatAddress({ family, address, bits: 0 });
      packets.push({
        destination: show(destination),
        source: source === undefined ? undefined : show(source),
        outputInterface,
      });
      expected.push(slow(made, family, destination, source, outputInterface));
    }
    const got = decide(policy, packets).map((decision) => {
      assert.ok(decision);
      const outside = decision.outside ? ["outside"] : [];
      return [formatVerdict(decision.verdict), ...outside, ...decision.dependsOn].join(" ");
    });
    for (const [i, one] of got.entries()) {
      seen.add(one.replace(/ [\d.:a-f-]+/, ""));
      if (one !== expected[i]) assert.is(one, expected[i], `${JSON.stringify(packets[i])} ${describe(policy)}`);
    }
  }
  // All that can be said has been.
  for (const kind of [
    "keep",
    "keep outside",
    "masquerade",
    "masquerade source",
    "snat",
    "snat source outputInterface",
  ]) {
    assert.ok(seen.has(kind), `${kind}: ${[...seen]}`);
  }
});

const describe = (policy: readonly FamilyPolicy[]) =>
  policy
    .flatMap(({ rules }) => rules.map(({ prefix, verdict }) => `${prefix.network} ${formatVerdict(verdict)}`))
    .join(", ");

test("the parts of a CIDR are what its addresses say", () => {
  const below = numbersBelow(7);
  for (let n = 0; n < 300; n++) {
    const { config } = randomConfig(below);
    const policy = compilePolicy(config, OPTIONS);
    const [answer] = explain(policy, ["10.0.0.0/8"], { source: "10.1.2.3", outputInterface: "eth0" });
    assert.ok(answer?.ok && answer.kind === "block");
    let next = 0x0a000000n;
    for (const { first, last, decision } of answer.parts) {
      assert.is(first, next);
      next = last + 1n;
      const packets = [first, (first + last) / 2n, last].map((address) => ({
        destination: formatAddress({ family: "ipv4", address, bits: 32 }),
        source: "10.1.2.3",
        outputInterface: "eth0",
      }));
      for (const one of decide(policy, packets))
        assert.equal([one?.verdict, one?.rule], [decision.verdict, decision.rule]);
    }
    assert.is(next, 0x0b000000n);
  }
});

test.run();
