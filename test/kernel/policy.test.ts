// Policies in the kernel: the rules of random policies, walked in order, and real packets for each key.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES } from "../../demo/network.mjs";
import { buildTable, type Family, parseAddresses, parsePrefixes } from "../../src/core/index.ts";
import { formatAddress, numbersBelow } from "../core/slow.ts";
import { configText, decideSlow, randomAddress, randomConfig, shiftOf } from "../policy/random.ts";
import { agent, configFlag, kernelTest, PLACES, ruleLines, saved, VARIANTS, withNode } from "./harness.ts";
import { makeWideNetwork } from "./wide-network.ts";

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

interface Packet {
  readonly destination: string;
  readonly source: string;
  readonly output: string;
}

/** Is an address inside a prefix as iptables prints it? */
function matches(prefix: string, address: string): boolean {
  const { records } = parsePrefixes([prefix.includes("/") ? prefix : `${prefix}/${prefix.includes(":") ? 128 : 32}`]);
  return buildTable(records, "longest").lookup(parseAddresses([address]).records)[0] === 0;
}

/** Walks the rules of the chain in order, as the kernel does for a packet that is not tcp, udp or sctp. */
function walk(lines: readonly string[], { destination, source, output }: Packet): string {
  for (const line of lines) {
    const value = (flag: string) => new RegExp(` ${flag} (\\S+)`).exec(line)?.[1];
    const [from, to, out] = [value("-s"), value("-d"), value("-o")];
    if (value("-p") !== undefined) continue;
    if (from !== undefined && !matches(from, source)) continue;
    if (to !== undefined && !matches(to, destination)) continue;
    if (out !== undefined && (out.endsWith("+") ? !output.startsWith(out.slice(0, -1)) : out !== output)) continue;
    const target = value("-j");
    if (target === "RETURN") return "keep";
    if (target === "MASQUERADE") return "masquerade";
    if (target === "SNAT") return `snat ${value("--to-source")}`;
    throw new Error(line);
  }
  return "keep";
}

for (const variant of VARIANTS) {
  kernelTest(
    `rules of random policies, as the kernel prints them, decide as the longest prefix does (${variant})`,
    async () => {
      await withNode(async (node, folder) => {
        const below = numbersBelow(variant === "nft" ? 11 : 12);
        for (let n = 0; n < 25; n++) {
          const made = randomConfig(below);
          const ports = below(3) === 0 ? ["--to-ports=1024-29999,32768-65535"] : [];
          const flags = [
            "--enable-ipv6",
            `--iptables-variant=${variant}`,
            ...ports,
            configFlag(folder, configText(made.config)),
          ];
          const applied = await agent(node, ["apply", ...flags]);
          assert.is(applied.exit, 0, `${applied.stderr}\n${configText(made.config)}`);
          // The kernel prints exactly what was written, byte for byte, so there is nothing left to write.
          const again = await agent(node, ["plan", "--exit-code", ...flags]);
          assert.is(again.exit, 0, again.stdout + again.stderr);
          for (const family of FAMILIES) {
            const lines = ruleLines(saved(node, variant, family)).filter((line) => line.startsWith("-A IP-MASQ-AGENT"));
            for (let i = 0; i < 60; i++) {
              const edges = made.verdicts.filter(({ prefix }) => prefix.family === family);
              const edge = edges[below(Math.max(1, edges.length))]?.prefix;
              const address =
                edge && below(2) === 0
                  ? edge.address + (below(2) === 0 ? 0n : (1n << shiftOf(edge)) - 1n)
                  : randomAddress(below, family);
              const source = randomAddress(below, family);
              const output = ["eth0", "lo", "wlan0"][below(3)] ?? "";
              const show = (one: bigint) => formatAddress({ family, address: one, bits: 0 });
              const packet = { destination: show(address), source: show(source), output };
              const expected = decideSlow(made, family, address, source, output).replace(" outside", "");
              assert.is(walk(lines, packet), expected, `${JSON.stringify(packet)}\n${lines.join("\n")}`);
            }
          }
        }
      });
    },
  );
}

/** The sources that the outside may see for a pod: its own address, one of the node's, or one of a range of these. */
const SEEN = {
  ipv4: {
    pod: ["10.244.0.2"],
    other: ["10.245.0.2"],
    eth0: ["192.0.2.1"],
    eth1: ["198.18.0.1"],
    range: ["192.0.2.5", "192.0.2.6"],
  },
  ipv6: {
    pod: ["fd00:244::2"],
    other: ["fd00:245::2"],
    // If an interface has several addresses, the kernel chooses the one that masquerades.
    eth0: ["2001:db8:1::1", "2001:db8:1::5", "2001:db8:1::6"],
    eth1: ["2001:db8:2::1"],
    range: ["2001:db8:1::5", "2001:db8:1::6"],
  },
} as const;
type Seen = keyof (typeof SEEN)["ipv4"];

const KEPT = "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']";
const RANGES =
  "to: 192.0.2.5-192.0.2.6 }, { destinationCIDRs: ['2001:db8:9::/48'], to: '2001:db8:1::5-2001:db8:1::6' }]";

/** A config, and the source seen for each pod by `inside`, whose packets leave through eth1, and by `outside`, through eth0. */
const CASES: readonly {
  readonly config: string;
  readonly pod: readonly [inside: Seen, outside: Seen];
  readonly other: readonly [inside: Seen, outside: Seen];
  readonly flags?: readonly string[];
}[] = [
  { config: KEPT, pod: ["pod", "eth0"], other: ["other", "eth0"] },
  {
    config: `${KEPT}\nmasqueradeCIDRs: [10.99.0.0/16, 'fd00:99::/64']`,
    pod: ["eth1", "eth0"],
    other: ["eth1", "eth0"],
  },
  {
    config:
      "nonMasqueradeCIDRs: [10.0.0.0/8, 10.99.0.0/24, 'fd00::/8', 'fd00:99::/96']\nmasqueradeCIDRs: [10.99.0.0/16, 'fd00:99::/64']",
    pod: ["pod", "eth0"],
    other: ["other", "eth0"],
  },
  {
    // Five nested prefixes, down to single addresses.
    config:
      "nonMasqueradeCIDRs: [0.0.0.0/0, 10.99.0.0/16, 10.99.0.1/32, '::/0', 'fd00:99::/64', 'fd00:99::1/128']\n" +
      "masqueradeCIDRs: [10.0.0.0/8, 10.99.0.0/24, 203.0.113.10/32, 'fd00::/8', 'fd00:99::/96', '2001:db8:9::10/128']",
    pod: ["pod", "eth0"],
    other: ["other", "eth0"],
  },
  { config: `${KEPT}\nsourceCIDRs: [10.244.0.0/16, 'fd00:244::/64']`, pod: ["pod", "eth0"], other: ["other", "other"] },
  {
    config: "nonMasqueradeCIDRs: []\nsourceCIDRs: [10.9.0.0/16, 10.245.0.0/24, 'fd00:9::/64', 'fd00:245::/64']",
    pod: ["pod", "pod"],
    other: ["eth1", "eth0"],
  },
  { config: "nonMasqueradeCIDRs: []\noutputInterfaces: [eth0]", pod: ["pod", "eth0"], other: ["other", "eth0"] },
  { config: "nonMasqueradeCIDRs: []\noutputInterfaces: ['eth*']", pod: ["eth1", "eth0"], other: ["eth1", "eth0"] },
  { config: `${KEPT}\noutputInterfaces: [eth0, eth1]`, pod: ["pod", "eth0"], other: ["other", "eth0"] },
  {
    config: "nonMasqueradeCIDRs: []\nsourceCIDRs: [10.244.0.0/16, 'fd00:244::/64']\noutputInterfaces: [wlan0, eth1]",
    pod: ["eth1", "pod"],
    other: ["other", "other"],
  },
  {
    config: `${KEPT}\nsnat: [{ destinationCIDRs: [203.0.113.0/24], ${RANGES}`,
    pod: ["pod", "range"],
    other: ["other", "range"],
  },
  {
    config: `${KEPT}\nsourceCIDRs: [10.245.0.0/16, 'fd00:245::/64']\nsnat: [{ destinationCIDRs: [203.0.113.0/24], ${RANGES}`,
    pod: ["pod", "pod"],
    other: ["other", "range"],
  },
  {
    config: `${KEPT}\nsnat: [{ destinationCIDRs: [203.0.113.0/24], ${RANGES}`,
    pod: ["pod", "range"],
    other: ["other", "range"],
    flags: ["--to-ports=2000-2999,40000-40999"],
  },
  {
    // A fixed address inside a masqueraded prefix inside a kept one.
    config:
      "nonMasqueradeCIDRs: [203.0.0.0/8, '2001:db8::/32']\nmasqueradeCIDRs: [203.0.113.0/24, '2001:db8:9::/48']\n" +
      "snat: [{ destinationCIDRs: [203.0.113.8/29], to: 192.0.2.5-192.0.2.6 }, " +
      "{ destinationCIDRs: ['2001:db8:9::/64'], to: '2001:db8:1::5-2001:db8:1::6' }]",
    pod: ["eth1", "range"],
    other: ["eth1", "range"],
    flags: ["--random-fully=false", "--to-ports=2000-2999,40000-40999"],
  },
];

for (const [place, choice] of Object.entries(PLACES)) {
  kernelTest(`packets are treated as the keys say (${place})`, async () => {
    const network = await makeWideNetwork();
    const folder = mkdtempSync(`${tmpdir()}/masq-test-`);
    try {
      // Each connection has its own source port, so that connection tracking does not match an earlier one.
      let port = 10_000;
      for (const one of CASES) {
        const flags = ["--enable-ipv6", ...choice, ...(one.flags ?? [])];
        const { exit, stderr } = await agent(network.node, ["apply", ...flags, configFlag(folder, one.config)]);
        assert.is(exit, 0, stderr);
        for (const who of ["pod", "other"] as const) {
          const targets = FAMILIES.flatMap((family) =>
            (["tcp", "udp"] as const).flatMap((protocol) =>
              (["inside", "outside"] as const).map((to, i) => ({
                family,
                protocol,
                to,
                expected: one[who][i] as Seen,
              })),
            ),
          );
          const answers = network.send(
            network[who],
            targets.map(({ family, protocol, to }, i) => ({
              protocol,
              host: ADDRESSES[family][to],
              count: 4,
              from: port + i * 4,
            })),
          );
          port += targets.length * 4;
          for (const [i, { family, protocol, to, expected }] of targets.entries()) {
            const seen = answers[i] ?? [];
            const where = `${one.config}\n${who} ${family} ${protocol} ${to}: ${JSON.stringify(seen)}`;
            assert.is(seen.length, 4, where);
            const allowed: readonly string[] = SEEN[family][expected];
            assert.ok(
              seen.every(({ address }) => allowed.includes(address)),
              where,
            );
            if (one.flags && expected === "range") {
              const isIn = (n: number) => (n >= 2000 && n <= 2999) || (n >= 40000 && n <= 40999);
              assert.ok(
                seen.every(({ port: from }) => isIn(from)),
                where,
              );
            }
          }
        }
      }
    } finally {
      network.close();
      rmSync(folder, { recursive: true });
    }
  });
}

test.run();
