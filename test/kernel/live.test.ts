// Open connections of a real kernel: which ones a change would treat differently, and which are reset after it.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES, makeNetwork, runInside } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, PLACES, type Place, type Runtime, withFolder } from "./harness.ts";
import { METRICS, sample, withLoop } from "./loop.ts";

const OLD = "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\n";
const NEW = "nonMasqueradeCIDRs: [10.0.0.0/8, 203.0.113.0/24, 'fd00::/8']\n";

type Network = Awaited<ReturnType<typeof makeNetwork>>;

async function withNetwork(use: (network: Network, folder: string) => Promise<void>): Promise<void> {
  const network = await makeNetwork();
  try {
    await withFolder((folder) => use(network, folder));
  } finally {
    network.close();
  }
}

/** Sends from one port of the pod to each destination; returns the source seen there. Reusing the port reuses the connection. */
function seen(network: Network, from: number): readonly string[] {
  const hosts = [ADDRESSES.ipv4.inside, ADDRESSES.ipv4.outside, ADDRESSES.ipv6.outside];
  const answers = network.send(
    network.pod,
    hosts.map((host) => ({ protocol: "udp" as const, host, count: 1, from })),
  );
  return answers.map(([one]) => one?.address ?? "");
}

const [POD, NODE, NODE_6] = [ADDRESSES.ipv4.pod, ADDRESSES.ipv4.node, ADDRESSES.ipv6.node];

/** The JSON output of impact --live. */
async function impact(network: Network, ...args: readonly string[]) {
  const call = await agent(network.node, ["impact", "--live", "--enable-ipv6", "--output=json", ...args]);
  assert.is(call.exit, 0, call.stderr);
  return JSON.parse(call.stdout);
}

for (const [place, runtime] of [
  ["nft", "node"],
  ["nftables", "deno"],
] as const satisfies readonly (readonly [Place, Runtime])[]) {
  kernelTest(`the loop resets the udp connections that a change affects, and no others (${place}, ${runtime})`, () =>
    withNetwork(async (network, folder) => {
      const flag = configFlag(folder, OLD);
      const target = configFlag(folder, NEW, "new.yaml").replace("--config", "--to");
      const args = [...PLACES[place], "--enable-ipv6", METRICS, flag, "--reset-changed-flows=udp"];
      await withLoop(
        network.node,
        args,
        async (loop) => {
          const ready = async () => (await loop.get("/readyz")).status === 200;
          await loop.until(ready, "getting ready");
          assert.equal(seen(network, 5000), [POD, NODE, NODE_6]);
          // The node's own connection, and a closed one.
          network.send(network.node, [{ protocol: "udp", host: ADDRESSES.ipv4.outside, count: 1 }]);
          network.send(network.pod, [{ protocol: "tcp", host: ADDRESSES.ipv4.outside, count: 1 }]);

          const before = await impact(network, flag, target);
          assert.equal([before.changed, before.mayChange, before.old, before.misplaced], [1, 0, 1, []]);
          assert.ok(before.apart.own >= 1 && before.apart.closed >= 1, JSON.stringify(before.apart));
          assert.equal(before.changes[0].examples[0].source, `${POD}:5000`);
          assert.equal(before.changes[0].examples[0].seenAs, NODE);

          // The same ends in other programs' zones.
          const ends = ["-s", POD, "-d", ADDRESSES.ipv4.outside, "-r", ADDRESSES.ipv4.outside, "-n", NODE];
          for (const [i, zone] of ["-w", "--orig-zone", "--reply-zone"].entries()) {
            const [port, seenPort] = [`${6000 + i}`, `${6100 + i}`];
            const ports = [
              "--sport",
              port,
              "--dport",
              "7007",
              "--reply-port-src",
              "7007",
              "--reply-port-dst",
              seenPort,
            ];
            runInside(network.node, ["conntrack", "-I", "-p", "udp", zone, "5", "-t", "300", ...ends, ...ports]);
          }
          const listed = () => runInside(network.node, ["conntrack", "-L", "-o", "id"]).match(/ id=\d+/g) ?? [];
          const all = new Set(listed());
          configFlag(folder, NEW);
          await loop.until(() => /open connections: 1 of 1 with an old treatment reset/.test(loop.log()), "the reset");
          const left = new Set(listed());
          assert.is([...all].filter((id) => !left.has(id)).length, 1, "no other was deleted");
          const page = (await loop.get("/metrics")).text;
          assert.is(sample(page, "connections_reset_total"), 1);
          assert.is(sample(page, "open_connections_old_treatment"), 0);
          assert.ok((sample(page, "conntrack_entries") ?? 0) >= 3);
          assert.is(sample(page, "conntrack_drop_total"), 0);
          assert.equal(seen(network, 5000), [POD, POD, NODE_6], "its next packet is decided again");
          assert.not.match(loop.log(), /^[WE]/m);
        },
        { runtime },
      );
    }),
  );
}

kernelTest("without a reset the old treatment stays, and is reported", () =>
  withNetwork(async (network, folder) => {
    const flag = configFlag(folder, OLD);
    await withLoop(network.node, ["--enable-ipv6", METRICS, "--port-usage-metrics=2", flag], async (loop) => {
      await loop.until(async () => (await loop.get("/readyz")).status === 200, "getting ready");
      assert.equal(seen(network, 5000), [POD, NODE, NODE_6]);
      configFlag(folder, NEW);
      const told = /^I.*open connections: 1 keep an old treatment until they end$/m;
      await loop.until(() => told.test(loop.log()), "saying so");
      assert.is(sample((await loop.get("/metrics")).text, "open_connections_old_treatment"), 1);
      assert.equal(seen(network, 5000), [POD, NODE, NODE_6]);
      const used = 'nat_ports_in_use{protocol="udp",source="192.0.2.1",destination="203.0.113.10:7007"}';
      const { text } = await loop.get("/metrics");
      assert.equal([sample(text, used), sample(text, "nat_ports_available")], [1, 64_512]);
      assert.ok((sample(text, "conntrack_entries_limit") ?? 0) > 1_000);
      const { misplaced, judged } = await impact(network, flag);
      assert.equal([judged, misplaced.length, misplaced[0].connections], [3, 1, 1]);
      assert.is(misplaced[0].decision.decidedBy.cidr, "203.0.113.0/24");
    });
  }),
);

kernelTest("apply resets the connections that its change affects, and no others", () =>
  withNetwork(async (network, folder) => {
    const flag = configFlag(folder, OLD);
    const apply = (...args: string[]) => agent(network.node, ["apply", "--enable-ipv6", ...args, flag]);
    assert.is((await apply()).exit, 0);
    assert.equal(seen(network, 5000), [POD, NODE, NODE_6]);
    configFlag(folder, NEW);
    const { exit, stdout, stderr } = await apply("--reset-changed-flows=all");
    assert.is(exit, 0, stderr);
    assert.match(stdout, /^open connections: 1 with an old treatment reset$/m);
    assert.equal(seen(network, 5000), [POD, POD, NODE_6]);
    configFlag(folder, OLD);
    assert.match((await apply()).stdout, /^open connections: 1 keeps an old treatment until it ends$/m);
    assert.equal(seen(network, 5000), [POD, POD, NODE_6]);
  }),
);

kernelTest(
  "doctor reports that no source port is left for a destination, and the packets that the kernel dropped for it",
  () =>
    withNetwork(async (network, folder) => {
      const flags = ["--to-ports=5000-5003", configFlag(folder, OLD)];
      assert.is((await agent(network.node, ["apply", ...flags, "--enable-ipv6"])).exit, 0);
      const host = ADDRESSES.ipv4.outside;
      network.send(network.pod, [{ protocol: "udp", host, count: 4, from: 6000 }]);
      // The fifth gets no reply, because its packet does not leave the node.
      const one = `const socket = require("dgram").createSocket("udp4"); socket.bind(6100, () => socket.send("?", 7007, "${host}", () => socket.close()));`;
      runInside(network.pod, [process.execPath, "-e", one]);
      const { exit, stdout } = await agent(network.node, ["doctor", ...flags, "--enable-ipv6", "--output=json"]);
      assert.is(exit, 2);
      const findings = JSON.parse(stdout).findings.filter(({ check }: { check: string }) => check === "conntrack");
      assert.equal(
        findings.map(({ severity, what }: { severity: string; what: string }) => `${severity}: ${what}`),
        [
          "warning: 1 connection could not be inserted into the connection table since the node started",
          "error: 100 % of the source ports for 203.0.113.10:7007 are in use",
        ],
      );
    }),
);

test.run();
