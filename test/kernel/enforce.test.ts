// enforceNonMasquerade: kept destinations see the pod, whatever else would masquerade it; proxies still masquerade their services.
import { spawn } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES, ECHO_PORT, inside, runInside } from "../../demo/network.mjs";
import { configFlag, kernelTest, ruleLines, saved, withFolder } from "./harness.ts";
import { withLoop } from "./loop.ts";
import { backendIn, FAMILIES, listTable, NFT_FAMILY, nft, policyOfText } from "./nft.ts";
import { makeWideNetwork } from "./wide-network.ts";

type Network = Awaited<ReturnType<typeof makeWideNetwork>>;

const SOURCES = { ipv4: "10.240.0.0/12", ipv6: "fd00:200::/23" } as const;
const KEPT = `nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nsourceCIDRs: [${SOURCES.ipv4}, '${SOURCES.ipv6}']\n`;
const ENFORCED = `${KEPT}enforceNonMasquerade: true\n`;

const withIptables = (variant: string, verb: string) => (node: string) => {
  for (const family of FAMILIES) {
    const tool = `${family === "ipv4" ? "iptables" : "ip6tables"}-${variant}`;
    runInside(node, [tool, "-t", "nat", verb, "POSTROUTING", "-s", SOURCES[family], "-j", "MASQUERADE"]);
  }
};

/** Programs that masquerade everything from pods: how their rules are added and removed. */
const OTHERS = {
  "iptables-nft": { add: withIptables("nft", "-A"), remove: withIptables("nft", "-D") },
  "iptables-legacy": { add: withIptables("legacy", "-A"), remove: withIptables("legacy", "-D") },
  nftables: {
    add: (node: string) => {
      for (const family of FAMILIES) {
        const ip = NFT_FAMILY[family];
        nft(
          node,
          `table ${ip} theirs { chain post { type nat hook postrouting priority srcnat; ${ip} saddr ${SOURCES[family]} masquerade; }; }`,
        );
      }
    },
    remove: (node: string) => void nft(node, "delete table ip theirs; delete table ip6 theirs"),
  },
};

/** The source ports of the connections, each used once, because connection tracking remembers earlier connections. */
let port = 10_000;

/** The source that the outside sees for a pod, over both families and protocols, by destination. */
function seenBy(network: Network, who: "pod" | "other" = "pod"): Record<"inside" | "outside", Set<string>> {
  const targets = FAMILIES.flatMap((family) =>
    (["tcp", "udp"] as const).flatMap((protocol) =>
      (["inside", "outside"] as const).map((to) => ({ family, protocol, to, host: ADDRESSES[family][to], count: 2 })),
    ),
  );
  const answers = network.send(
    network[who],
    targets.map(({ protocol, host, count }, i) => ({ protocol, host, count, from: port + i * count })),
  );
  port += 100;
  const seen = { inside: new Set<string>(), outside: new Set<string>() };
  for (const [i, { family, to }] of targets.entries()) {
    const sources = answers[i] ?? [];
    assert.is(sources.length, 2);
    for (const { address } of sources) {
      const pods: readonly string[] = [POD[family], OTHER[family]];
      seen[to].add(pods.includes(address) ? "pod" : "node");
    }
  }
  return seen;
}
const POD = { ipv4: ADDRESSES.ipv4.pod, ipv6: ADDRESSES.ipv6.pod };
const OTHER = { ipv4: "10.245.0.2", ipv6: "fd00:245::2" };

async function syncAll(node: string, text: string): Promise<void> {
  const backend = backendIn(node);
  for (const part of policyOfText(text)) await backend.sync(part);
}

kernelTest("kept destinations see the pod even if other programs' rules masquerade everything", async () => {
  const network = await makeWideNetwork();
  const { node } = network;
  try {
    for (const [name, { add, remove }] of Object.entries(OTHERS)) {
      add(node);
      await syncAll(node, KEPT);
      // Without the key the other programs decide.
      assert.equal(seenBy(network), { inside: new Set(["node"]), outside: new Set(["node"]) }, name);
      await syncAll(node, ENFORCED);
      for (const who of ["pod", "other"] as const) {
        assert.equal(seenBy(network, who), { inside: new Set(["pod"]), outside: new Set(["node"]) }, `${name} ${who}`);
      }
      remove(node);
      assert.equal(seenBy(network), { inside: new Set(["pod"]), outside: new Set(["node"]) }, `without ${name}`);
    }
    // All of them, with our masquerading limited to an interface that no packet leaves through.
    for (const { add } of Object.values(OTHERS)) add(node);
    await syncAll(node, `${ENFORCED}outputInterfaces: [wlan0]\n`);
    assert.equal(seenBy(network), { inside: new Set(["node"]), outside: new Set(["node"]) }, "out of scope");
    await syncAll(node, `${ENFORCED}outputInterfaces: ['eth*']\n`);
    assert.equal(seenBy(network), { inside: new Set(["pod"]), outside: new Set(["node"]) }, "in scope");
  } finally {
    network.close();
  }
});

kernelTest(
  "a thousand connections to kept destinations are answered, also from the same source port of two pods",
  async () => {
    const network = await makeWideNetwork();
    try {
      OTHERS.nftables.add(network.node);
      await syncAll(network.node, ENFORCED);
      for (const family of FAMILIES) {
        const host = ADDRESSES[family].inside;
        const many = Array.from({ length: 25 }, () => ({ protocol: "tcp" as const, host, count: 20 }));
        const seen = network.send(network.pod, many).flat();
        assert.is(seen.length, 500);
        assert.equal([...new Set(seen.map(({ address }) => address))], [POD[family]]);
        for (const protocol of ["tcp", "udp"] as const) {
          const target = { protocol, host, count: 20, from: port };
          port += 20;
          const both = [network.pod, network.other].map((pod) => network.send(pod, [target]).flat());
          const expected = (address: string) =>
            Array.from({ length: target.count }, (_, i) => ({ address, port: target.from + i }));
          assert.equal(both, [expected(POD[family]), expected(OTHER[family])]);
        }
      }
    } finally {
      network.close();
    }
  },
);

/** Service addresses, which a proxy on the node translates. */
const SERVICES = {
  ipv4: { marked: "10.96.0.10", plain: "10.96.0.11", hairpin: "10.96.0.12" },
  ipv6: { marked: "fd00:96::10", plain: "fd00:96::11", hairpin: "fd00:96::12" },
} as const;

/** Translates and marks as kube-proxy does, and masquerades marked packets. */
const PROXIES: Readonly<Record<string, (node: string) => void>> = {
  nftables: (node) => {
    for (const family of FAMILIES) {
      const ip = NFT_FAMILY[family];
      const { marked, plain, hairpin } = SERVICES[family];
      nft(
        node,
        `table ${ip} proxy {
          chain pre { type nat hook prerouting priority dstnat;
            ${ip} daddr ${marked} meta mark set meta mark or 0x4000 dnat to ${ADDRESSES[family].inside}
            ${ip} daddr ${plain} dnat to ${ADDRESSES[family].inside}
            ${ip} daddr ${hairpin} ${ip} saddr ${POD[family]} meta mark set meta mark or 0x4000 dnat to ${POD[family]}
          }
          chain post { type nat hook postrouting priority srcnat;
            meta mark & 0x4000 != 0 meta mark set meta mark xor 0x4000 masquerade fully-random
          }
        }`,
      );
    }
  },
  ...Object.fromEntries(
    ["nft", "legacy"].map((variant) => [
      `iptables-${variant}`,
      (node: string) => {
        for (const family of FAMILIES) {
          const { marked, plain, hairpin } = SERVICES[family];
          const rules = [
            `PREROUTING -d ${marked} -j MARK --or-mark 0x4000`,
            `PREROUTING -d ${hairpin} -s ${POD[family]} -j MARK --or-mark 0x4000`,
            ...[marked, plain].map((to) => `PREROUTING -d ${to} -j DNAT --to-destination ${ADDRESSES[family].inside}`),
            `PREROUTING -d ${hairpin} -j DNAT --to-destination ${POD[family]}`,
            "POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE",
          ];
          const tool = `${family === "ipv4" ? "iptables" : "ip6tables"}-${variant}-restore`;
          runInside(node, [tool, "--noflush"], `*nat\n${rules.map((rule) => `-A ${rule}\n`).join("")}COMMIT\n`);
        }
      },
    ]),
  ),
};

for (const [name, proxy] of Object.entries(PROXIES)) {
  kernelTest(`connections that a service has translated are masqueraded only by its proxy (${name})`, async () => {
    const network = await makeWideNetwork();
    const [file, args] = inside(network.pod, [
      process.execPath,
      "demo/probe.mjs",
      "serve",
      String(ECHO_PORT),
      ...FAMILIES.map((family) => POD[family]),
    ]);
    const server = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await new Promise((resolve) => server.stdout.once("data", resolve));
      proxy(network.node);
      await syncAll(network.node, ENFORCED);
      for (const family of FAMILIES) {
        const { marked, plain, hairpin } = SERVICES[family];
        // The node's addresses on the interfaces that the packets leave through.
        const eth1 = { ipv4: "198.18.0.1", ipv6: "2001:db8:2::1" }[family];
        const pod0 = { ipv4: "10.244.0.1", ipv6: "fd00:244::1" }[family];
        const cases = [
          { host: marked, expected: eth1 },
          { host: plain, expected: POD[family] },
          { host: hairpin, expected: pod0 },
          { host: ADDRESSES[family].inside, expected: POD[family] },
        ].flatMap((one) => (["tcp", "udp"] as const).map((protocol) => ({ ...one, protocol, count: 3, from: 0 })));
        for (const one of cases) {
          one.from = port;
          port += one.count;
        }
        for (const [i, seen] of network.send(network.pod, cases).entries()) {
          const { host, protocol, expected } = cases[i] ?? {};
          assert.equal(
            seen.map(({ address }) => address),
            [expected, expected, expected],
            `${protocol} to ${host}`,
          );
        }
      }
    } finally {
      server.kill("SIGKILL");
      network.close();
    }
  });
}

kernelTest("the key is added and removed while the agent runs, and the backend follows it", async () => {
  const network = await makeWideNetwork();
  const { node } = network;
  try {
    OTHERS.nftables.add(node);
    await withFolder(async (folder) => {
      const config = (text: string) => configFlag(folder, `${text}resyncInterval: 100ms\n`);
      const chains = () => FAMILIES.map((family) => ruleLines(saved(node, "nft", family)).length > 0);
      const tables = () => FAMILIES.map((family) => listTable(node, family) !== "");
      await withLoop(node, ["--enable-ipv6", config(KEPT)], async (loop) => {
        const settled = (backend: "iptables" | "nftables") =>
          loop.until(() => {
            const [inChains, inTables] = [backend === "iptables", backend === "nftables"];
            return chains().every((has) => has === inChains) && tables().every((has) => has === inTables);
          }, `the rules in ${backend} alone`);
        await settled("iptables");
        assert.equal([...seenBy(network).inside], ["node"]);
        for (let round = 0; round < 2; round++) {
          config(ENFORCED);
          await settled("nftables");
          assert.equal(seenBy(network), { inside: new Set(["pod"]), outside: new Set(["node"]) });
          config(KEPT);
          await settled("iptables");
          assert.equal([...seenBy(network).inside], ["node"]);
        }
        assert.match(loop.log(), /backend: iptables-nft \(default\)/);
        assert.match(loop.log(), /backend: nftables \(the config sets enforceNonMasquerade\)/);
        // The other program's rule is reported if the agent checks while it decides.
        const said = loop.log().split("\n");
        assert.equal(
          said.filter((line) => /^[EW]/.test(line) && !/run ip-masq-agent doctor for details$/.test(line)),
          [],
        );
        assert.is((await loop.stop("SIGTERM")).exit, 0);
      });
    });
  } finally {
    network.close();
  }
});

test.run();
