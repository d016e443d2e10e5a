// Effects of an nftables table on packets besides their source address: the ports that they get, and the counters.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES, makeNetwork } from "../../demo/network.mjs";
import { kernelTest } from "./harness.ts";
import { backendIn, FAMILIES, policyOfText } from "./nft.ts";

const KEPT = "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']";
const SNAT = `${KEPT}
snat: [{ destinationCIDRs: [203.0.113.0/24], to: 192.0.2.1 }, { destinationCIDRs: ['2001:db8:9::/48'], to: '2001:db8:1::1' }]`;

/** The first range has a quarter of all ports. */
const RANGES = [
  { first: 2000, last: 2499 },
  { first: 40000, last: 41499 },
];
const FLOWS = 400;

kernelTest("each range of ports gets about its share of the connections", async () => {
  const network = await makeNetwork();
  try {
    const backend = backendIn(network.node);
    let from = 10_000;
    for (const text of [KEPT, SNAT]) {
      for (const part of policyOfText(text, RANGES)) await backend.sync(part);
      for (const family of FAMILIES) {
        // Not all at once: the queue for an unresolved neighbour is short.
        const targets = Array.from({ length: FLOWS / 40 }, (_, i) => {
          return { protocol: "udp", host: ADDRESSES[family].outside, count: 40, from: from + i * 40 } as const;
        });
        from += FLOWS;
        const seen = network.send(network.pod, targets).flat();
        const shares = RANGES.map(({ first, last }) => seen.filter(({ port }) => first <= port && port <= last).length);
        const said = `${text}\n${family}: ${shares}`;
        assert.is((shares[0] ?? 0) + (shares[1] ?? 0), FLOWS, said);
        // The expected count is 100, with a standard deviation of 9.
        assert.ok((shares[0] ?? 0) > 45 && (shares[0] ?? 0) < 155, said);
      }
    }
  } finally {
    network.close();
  }
});

kernelTest("counters continue when the policy changes around them", async () => {
  const network = await makeNetwork();
  try {
    const backend = backendIn(network.node);
    let from = 20_000;
    /** Three connections to each of two addresses in a family. */
    const send = () => {
      const hosts = FAMILIES.flatMap((family) => [ADDRESSES[family].inside, ADDRESSES[family].outside]);
      network.send(
        network.pod,
        hosts.map((host, i) => ({ protocol: "udp", host, count: 3, from: from + i * 3 })),
      );
      from += 100;
    };
    /** The counters of each interval and each rule, and of each CIDR in the policy. */
    const counted = async (policy: ReturnType<typeof policyOfText>) => {
      const found: Record<string, number> = {};
      for (const part of policy) {
        for (const { rule, packets } of (await backend.inspect(part)).rules) {
          const key = /\{ (\S+)/.exec(rule)?.[1] ?? `rest ${part.family}`;
          if (packets) found[key] = Number(packets);
        }
        for (const { cidr, connections } of await backend.counters(part)) {
          if (connections) found[`sum ${cidr}`] = Number(connections);
        }
      }
      return found;
    };
    /** A config, and the counters after it is in force and six more connections per family. */
    const steps: readonly (readonly [config: string, counted: Record<string, number>])[] = [
      [
        KEPT,
        {
          ...{ "10.0.0.0/8": 3, "fd00::/8": 3, "rest ipv4": 3, "rest ipv6": 3 },
          ...{ "sum 10.0.0.0/8": 3, "sum fd00::/8": 3, "sum 0.0.0.0/0": 3, "sum ::/0": 3 },
        },
      ],
      [
        // New CIDRs next to those that stay.
        "nonMasqueradeCIDRs: [10.0.0.0/8, 172.16.0.0/12, 'fd00::/8', 'fc00::/8']",
        {
          ...{ "10.0.0.0/8": 6, "fd00::/8": 6, "rest ipv4": 6, "rest ipv6": 6 },
          ...{ "sum 10.0.0.0/8": 6, "sum fd00::/8": 6, "sum 0.0.0.0/0": 6, "sum ::/0": 6 },
        },
      ],
      [
        // New entries inside: the outer entry's count is in its first segment, and new connections count in the segment of their address.
        "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nmasqueradeCIDRs: [10.50.0.0/16, 'fd00:50::/32']",
        {
          ...{ "10.0.0.0-10.49.255.255": 6, "fd00::-fd00:4f:ffff:ffff:ffff:ffff:ffff:ffff": 6 },
          ...{ "10.51.0.0-10.255.255.255": 3, "fd00:51::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": 3 },
          ...{ "rest ipv4": 9, "rest ipv6": 9 },
          ...{ "sum 10.0.0.0/8": 9, "sum fd00::/8": 9, "sum 0.0.0.0/0": 9, "sum ::/0": 9 },
        },
      ],
      [
        // And removed again: the segments become one interval with the sum of their counters.
        KEPT,
        {
          ...{ "10.0.0.0/8": 12, "fd00::/8": 12, "rest ipv4": 12, "rest ipv6": 12 },
          ...{ "sum 10.0.0.0/8": 12, "sum fd00::/8": 12, "sum 0.0.0.0/0": 12, "sum ::/0": 12 },
        },
      ],
      [
        // Another frame: the table is replaced, and its counters continue from the values that were read.
        `${KEPT}\nsourceCIDRs: [10.244.0.0/16, 'fd00:244::/64']`,
        {
          ...{ "10.0.0.0/8": 15, "fd00::/8": 15, "rest ipv4": 15, "rest ipv6": 15 },
          ...{ "sum 10.0.0.0/8": 15, "sum fd00::/8": 15, "sum 0.0.0.0/0": 15, "sum ::/0": 15 },
        },
      ],
    ];
    for (const [config, expected] of steps) {
      const policy = policyOfText(config);
      for (const part of policy) await backend.sync(part);
      send();
      assert.equal(await counted(policy), expected, config);
    }
  } finally {
    network.close();
  }
});

test.run();
