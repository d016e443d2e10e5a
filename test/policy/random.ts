// Random configs with every kind of entry, and a reference implementation of the decision.
import type { Config, Destination } from "../../src/config/index.ts";
import { type Family, type Prefix as GoodPrefix, parsePrefixes } from "../../src/core/index.ts";
import { formatSlow, type Prefix } from "../core/slow.ts";

export type Below = (below: number) => number;

/** Prefixes crowded in one corner of a family's space, so that many nest; all of them different. */
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

export function randomAddress(below: Below, family: Family): bigint {
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

/** A config whose lists share no prefix, and the verdict of each prefix. */
export function randomConfig(below: Below): {
  config: Config;
  verdicts: readonly { prefix: Prefix; verdict: string }[];
} {
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
    enforceNonMasquerade: false,
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
export const shiftOf = ({ family, bits }: Prefix) => BigInt((family === "ipv4" ? 32 : 128) - bits);

/** The verdict, what it depends on, and what leaves the packet out, by checking everything. */
export function decideSlow(
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
    if (!config.sourceCIDRs.some(({ text }) => text.includes(":") === (family === "ipv6"))) return "keep outside";
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

/** An address as a number; the last groups of an IPv6 address may be written as an IPv4 address. */
export function parseSlow(address: string): bigint {
  if (!address.includes(":")) return address.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  const [, start, quad] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  if (quad !== undefined) return parseSlow(`${start}0:0`) | parseSlow(quad);
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const all = tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill("0"), ...after];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** The config as the text of a file. */
export function configText(config: Config): string {
  const texts = (list: readonly Destination[]) => list.map(({ text }) => text);
  return JSON.stringify({
    nonMasqueradeCIDRs: texts(config.nonMasqueradeCIDRs),
    masqueradeCIDRs: texts(config.masqueradeCIDRs),
    sourceCIDRs: texts(config.sourceCIDRs),
    outputInterfaces: config.outputInterfaces.map(({ name }) => name),
    snat: config.snat
      .filter(({ destinations }) => destinations.length > 0)
      .map(({ destinations, to }) => ({
        destinationCIDRs: texts(destinations),
        to: to.first === to.last ? to.first : `${to.first}-${to.last}`,
      })),
    masqLinkLocal: config.masqLinkLocal,
    masqLinkLocalIPv6: config.masqLinkLocalIPv6,
    enforceNonMasquerade: config.enforceNonMasquerade,
  });
}
