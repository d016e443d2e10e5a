// What packets do to a table of nftables beyond where they go: the ports they get, and what they count.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES, makeNetwork } from "../../demo/network.mjs";
import { kernelTest } from "./harness.ts";
import { backendIn, FAMILIES, policyOfText } from "./nft.ts";

const KEPT = "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']";
const SNAT = `${KEPT}
snat: [{ destinationCIDRs: [203.0.113.0/24], to: 192.0.2.1 }, { destinationCIDRs: ['2001:db8:9::/48'], to: '2001:db8:1::1' }]`;

/** A quarter of all ports lies in the first range. */
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
        // Not all at once: a neighbour that is not known yet has a short queue.
        const targets = Array.from({ length: FLOWS / 40 }, (_, i) => {
          return { protocol: "udp", host: ADDRESSES[family].outside, count: 40, from: from + i * 40 } as const;
        });
        from += FLOWS;
        const seen = network.send(network.pod, targets).flat();
        const shares = RANGES.map(({ first, last }) => seen.filter(({ port }) => first <= port && port <= last).length);
        const said = `${text}\n${family}: ${shares}`;
        assert.is((shares[0] ?? 0) + (shares[1] ?? 0), FLOWS, said);
        // 100 are expected; the standard deviation is 9.
        assert.ok((shares[0] ?? 0) > 45 && (shares[0] ?? 0) < 155, said);
      }
    }
  } finally {
    network.close();
  }
});

kernelTest("counters go on when the policy changes around them", async () => {
  const network = await makeNetwork();
  try {
    const backend = backendIn(network.node);
    let from = 20_000;
    /** Three connections to each of two addresses of a family. */
    const send = () => {
      const hosts = FAMILIES.flatMap((family) => [ADDRESSES[family].inside, ADDRESSES[family].outside]);
      network.send(
        network.pod,
        hosts.map((host, i) => ({ protocol: "udp", host, count: 3, from: from + i * 3 })),
      );
      from += 100;
    };
    /** What each interval and each rule has counted, and what each CIDR of the policy has. */
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
    /** A config, and what is counted once it is in force and six connections of each family more have come. */
    const steps: readonly (readonly [config: string, counted: Record<string, number>])[] = [
      [
        KEPT,
        {
          ...{ "10.0.0.0/8": 3, "fd00::/8": 3, "rest ipv4": 3, "rest ipv6": 3 },
          ...{ "sum 10.0.0.0/8": 3, "sum fd00::/8": 3, "sum 0.0.0.0/0": 3, "sum ::/0": 3 },
        },
      ],
      [
        // CIDRs beside those that stay.
        "nonMasqueradeCIDRs: [10.0.0.0/8, 172.16.0.0/12, 'fd00::/8', 'fc00::/8']",
        {
          ...{ "10.0.0.0/8": 6, "fd00::/8": 6, "rest ipv4": 6, "rest ipv6": 6 },
          ...{ "sum 10.0.0.0/8": 6, "sum fd00::/8": 6, "sum 0.0.0.0/0": 6, "sum ::/0": 6 },
        },
      ],
      [
        // Others inside: what the outer one had is in its first segment, what comes is in that of its address.
        "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nmasqueradeCIDRs: [10.50.0.0/16, 'fd00:50::/32']",
        {
          ...{ "10.0.0.0-10.49.255.255": 6, "fd00::-fd00:4f:ffff:ffff:ffff:ffff:ffff:ffff": 6 },
          ...{ "10.51.0.0-10.255.255.255": 3, "fd00:51::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": 3 },
          ...{ "rest ipv4": 9, "rest ipv6": 9 },
          ...{ "sum 10.0.0.0/8": 9, "sum fd00::/8": 9, "sum 0.0.0.0/0": 9, "sum ::/0": 9 },
        },
      ],
      [
        // And out again: the segments are one interval, with what they counted together.
        KEPT,
        {
          ...{ "10.0.0.0/8": 12, "fd00::/8": 12, "rest ipv4": 12, "rest ipv6": 12 },
          ...{ "sum 10.0.0.0/8": 12, "sum fd00::/8": 12, "sum 0.0.0.0/0": 12, "sum ::/0": 12 },
        },
      ],
      [
        // Another frame: the table is written anew, and goes on from what was read.
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
