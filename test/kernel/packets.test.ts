// Packets from a pod through a node to the outside, and the source that is seen there.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES, makeNetwork } from "../../demo/network.mjs";
import { agent, kernelTest, PLACES } from "./harness.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\n";
const RANGES = [
  [1024, 1999],
  [40000, 40099],
] as const;

for (const [place, choice] of Object.entries(PLACES)) {
  kernelTest(`the outside sees pods at kept destinations, and otherwise the node (${place})`, async () => {
    const network = await makeNetwork();
    const folder = mkdtempSync(`${tmpdir()}/masq-test-`);
    try {
      writeFileSync(`${folder}/config`, CONFIG);
      const args = ["apply", ...choice, "--enable-ipv6", `--config=${folder}/config`];
      const targets = (["ipv4", "ipv6"] as const).flatMap((family) =>
        (["tcp", "udp"] as const).flatMap((protocol) =>
          (["inside", "outside"] as const).map((to) => ({
            family,
            protocol,
            to,
            host: ADDRESSES[family][to],
            count: 20,
          })),
        ),
      );
      // Each connection has its own source port, so that connection tracking does not match an earlier one.
      let port = 20_000;
      const seen = () => {
        const wanted = targets.map(({ protocol, host, count }, i) => ({
          protocol,
          host,
          count,
          from: port + i * count,
        }));
        port += 1000;
        const answers = network.send(network.pod, wanted);
        return targets.map((target, i) => ({ ...target, sources: answers[i] ?? [] }));
      };

      for (const { family, sources } of seen()) {
        assert.ok(
          sources.every(({ address }) => address === ADDRESSES[family].pod),
          "without rules pods are seen",
        );
      }
      const toPorts = `--to-ports=${RANGES.map((range) => range.join("-")).join(",")}`;
      for (const flags of [[], ["--random-fully=false"], [toPorts], [toPorts, "--random-fully=false"]]) {
        const { exit, stderr } = await agent(network.node, [...args, ...flags]);
        assert.is(exit, 0, stderr);
        for (const { family, protocol, to, sources } of seen()) {
          const where = `${family} ${protocol} ${to} ${flags.join(" ")}`;
          assert.is(sources.length, 20, where);
          const expected = ADDRESSES[family][to === "inside" ? "pod" : "node"];
          assert.equal([...new Set(sources.map(({ address }) => address))], [expected], where);
          if (to === "outside" && flags.includes(toPorts)) {
            const outOfRange = sources.filter(
              ({ port }) => !RANGES.some(([first, last]) => port >= first && port <= last),
            );
            assert.equal(outOfRange, [], where);
          }
        }
      }
      assert.is((await agent(network.node, ["cleanup", ...choice])).exit, 0);
      for (const { family, sources } of seen()) {
        assert.ok(
          sources.every(({ address }) => address === ADDRESSES[family].pod),
          "after cleanup pods are seen again",
        );
      }
    } finally {
      network.close();
      rmSync(folder, { recursive: true });
    }
  });
}

kernelTest("explain matches the packets, and status counts them", async () => {
  const network = await makeNetwork();
  const folder = mkdtempSync(`${tmpdir()}/masq-test-`);
  try {
    writeFileSync(`${folder}/config`, CONFIG);
    const args = ["--iptables-variant=nft", "--enable-ipv6", `--config=${folder}/config`];
    await agent(network.node, ["apply", ...args]);
    const { stdout } = await agent(network.node, [
      "explain",
      "10.99.0.1",
      "203.0.113.10",
      "fd00:99::1",
      "2001:db8:9::10",
      ...args.slice(1),
    ]);
    assert.match(
      stdout,
      /^10\.99\.0\.1 +keep +10\.0\.0\.0\/8 .*\n203\.0\.113\.10 +masquerade +no entry.*\nfd00:99::1 +keep +fd00::\/8 .*\n2001:db8:9::10 +masquerade/,
    );
    network.send(network.pod, [{ protocol: "udp", host: ADDRESSES.ipv4.inside, count: 3 }]);
    const status = JSON.parse((await agent(network.node, ["status", "--output=json", ...args])).stdout);
    const rule = status.families[0].rules.find(({ rule }: { rule: string }) => rule.includes("-d 10.0.0.0/8"));
    assert.equal([status.inSync, rule.packets], [true, 3]);
    assert.equal(Object.keys(status.families[0]), ["family", "inSync", "chainExists", "rules", "entries"]);
  } finally {
    network.close();
    rmSync(folder, { recursive: true });
  }
});

test.run();
