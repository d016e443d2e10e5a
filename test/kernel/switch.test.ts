// A switch between backends: at no moment is a connection treated differently from the policy, whichever process is killed.
import { spawn } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES, inside, makeNetwork, runInside } from "../../demo/network.mjs";
import { numbersBelow } from "../core/slow.ts";
import {
  agent,
  choice,
  configFlag,
  kernelTest,
  type Place,
  RUNTIMES,
  restore,
  ruleLines,
  saved,
  withFolder,
  withNode,
} from "./harness.ts";
import { withLoop } from "./loop.ts";
import { FAMILIES, listTable, nft } from "./nft.ts";
import { whileProbing } from "./prober.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\n";
const HOSTS = FAMILIES.flatMap((family) => [ADDRESSES[family].inside, ADDRESSES[family].outside]);

/** The only source that each host may see for the pod. */
const EXPECTED = FAMILIES.flatMap((family) => {
  const { pod, node, inside, outside } = ADDRESSES[family];
  return [`${inside} sees ${pod}`, `${outside} sees ${node}`];
}).sort();

/** The backends that have rules of ours, the same in both families. */
function placesOf(node: string): readonly string[] {
  const has = {
    nft: FAMILIES.map((family) => ruleLines(saved(node, "nft", family)).length > 0),
    legacy: FAMILIES.map((family) => ruleLines(saved(node, "legacy", family)).length > 0),
    nftables: FAMILIES.map((family) => listTable(node, family) !== ""),
  };
  return Object.entries(has).flatMap(([place, [ipv4, ipv6]]) => (ipv4 || ipv6 ? [ipv4 && ipv6 ? place : "half"] : []));
}

/** The order of switches: from each backend to every other. */
const ORDER: readonly Place[] = ["nftables", "nft", "nftables", "legacy", "nftables"];

/** Runs `use` on a node that masquerades, and checks that each connection in the meantime was treated as the policy says. */
async function whileMasquerading(place: Place, use: (node: string, flag: string) => Promise<void>): Promise<void> {
  const network = await makeNetwork();
  try {
    await withFolder(async (folder) => {
      const flag = configFlag(folder, `${CONFIG}resyncInterval: 200ms\n`);
      const first = await agent(network.node, ["apply", "--enable-ipv6", ...choice(place), flag]);
      assert.is(first.exit, 0, first.stderr);
      const seen = await whileProbing(network.pod, HOSTS, () => use(network.node, flag));
      assert.equal(Object.keys(seen).sort(), EXPECTED, JSON.stringify(seen));
      for (const [what, times] of Object.entries(seen)) assert.ok(times > 40, `${what}: ${times}`);
    });
  } finally {
    network.close();
  }
}

kernelTest("apply switches the backend, and every connection is treated correctly", () =>
  whileMasquerading("nft", async (node, flag) => {
    for (const place of ORDER) {
      const { exit, stdout, stderr } = await agent(node, ["apply", "--enable-ipv6", ...choice(place), flag]);
      assert.is(exit, 0, stderr);
      assert.is(stdout.match(/removed: /g)?.length, 2, stdout);
      assert.equal(placesOf(node), [place]);
    }
  }),
);

kernelTest("a restart switches the backend, and every connection is treated correctly", () =>
  whileMasquerading("nft", async (node, flag) => {
    for (const place of ORDER) {
      await withLoop(node, ["run", "--enable-ipv6", ...choice(place), flag], async (loop) => {
        await loop.until(() => placesOf(node).join() === place, `rules in ${place} alone`);
        await loop.until(() => loop.log().match(/removed: /g)?.length === 2, "saying what was removed");
        assert.is((await loop.stop("SIGTERM")).exit, 0);
      });
    }
  }),
);

/** As the established agent writes its chain. */
const ESTABLISHED = (keep: readonly string[]) => `*nat
:IP-MASQ-AGENT - [0:0]
-A POSTROUTING -m comment --comment "ip-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom IP-MASQ-AGENT chain" -m addrtype ! --dst-type LOCAL -j IP-MASQ-AGENT
${keep.map((cidr) => `-A IP-MASQ-AGENT -d ${cidr} -m comment --comment "ip-masq-agent: local traffic is not subject to MASQUERADE" -j RETURN\n`).join("")}-A IP-MASQ-AGENT -m comment --comment "ip-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)" -j MASQUERADE
COMMIT
`;

for (const variant of ["nft", "legacy"] as const) {
  kernelTest(`the established agent's chain is replaced by a table, and comes back next to it (${variant})`, () =>
    whileMasquerading("nft", async (node, flag) => {
      const apply = () => agent(node, ["apply", "--enable-ipv6", ...choice("nftables"), flag]);
      await apply();
      assert.equal(placesOf(node), ["nftables"]);
      for (let round = 0; round < 3; round++) {
        // The established agent is started again, and writes its rules next to ours.
        restore(node, variant, ESTABLISHED(["169.254.0.0/16", "10.0.0.0/8"]));
        restore(node, variant, ESTABLISHED(["fe80::/10", "fd00::/8"]), "ipv6");
        assert.equal(placesOf(node), [variant, "nftables"]);
        const { exit, stdout, stderr } = await apply();
        assert.is(exit, 0, stderr);
        assert.match(
          stdout,
          new RegExp(`^ipv4 \\(iptables-${variant}\\): removed: chain IP-MASQ-AGENT and 4 rules$`, "m"),
        );
        assert.equal(placesOf(node), ["nftables"]);
      }
    }),
  );
}

for (const variant of ["nft", "legacy"] as const) {
  kernelTest(
    `whenever an apply is killed, connections are treated as before, and the next one ends it (${variant})`,
    () =>
      whileMasquerading(variant, async (node, flag) => {
        const below = numbersBelow(4);
        for (let round = 0; round < 16; round++) {
          const place = round % 2 === 0 ? "nftables" : variant;
          const args = ["apply", "--enable-ipv6", ...choice(place), flag];
          const [file, rest] = inside(node, [...RUNTIMES.node, ...args]);
          const child = spawn(file, rest, { stdio: "ignore" });
          const closed = new Promise((done) => child.on("close", done));
          await Promise.race([closed, new Promise((done) => setTimeout(done, 60 + below(300)))]);
          child.kill("SIGKILL");
          await closed;
          if (round % 5 < 4) continue;
          const { exit, stderr } = await agent(node, args);
          assert.is(exit, 0, stderr);
          assert.equal(placesOf(node), [place]);
        }
      }),
  );
}

kernelTest("cleanup without flags removes the rules of all backends, and reports it", () =>
  withNode(async (node, folder) => {
    const flag = configFlag(folder, CONFIG);
    await agent(node, ["apply", "--enable-ipv6", ...choice("nftables"), flag]);
    const tables = FAMILIES.map((family) => listTable(node, family)).join("");
    await agent(node, ["apply", "--enable-ipv6", ...choice("legacy"), flag]);
    const chains = FAMILIES.map((family) => saved(node, "legacy", family));
    await agent(node, ["cleanup", ...choice("legacy")]);
    await agent(node, ["apply", "--enable-ipv6", ...choice("nft"), flag]);
    FAMILIES.forEach((family, i) => void restore(node, "legacy", chains[i] ?? "", family));
    nft(node, tables);
    assert.equal(placesOf(node), ["nft", "legacy", "nftables"]);
    const { exit, stdout, stderr } = await agent(node, ["cleanup"]);
    assert.is(exit, 0, stderr);
    assert.equal(
      stdout.trim().split("\n").sort(),
      FAMILIES.flatMap((family) => [
        `${family} (iptables-legacy): removed: chain IP-MASQ-AGENT and 4 rules`,
        `${family} (iptables-nft): removed: chain IP-MASQ-AGENT and 4 rules`,
        `${family} (nftables): removed: table ip-masq-agent`,
      ]),
    );
    assert.equal(placesOf(node), []);
    assert.not.match(runInside(node, ["sh", "-c", "nft list ruleset 2> /dev/null"]), /IP-MASQ-AGENT|ip-masq-agent/);
  }),
);

test.run();
