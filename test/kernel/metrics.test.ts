// Metrics, health and readiness, with the real binary on both runtimes.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ADDRESSES, inside, makeNetwork, runInside } from "../../demo/network.mjs";
import { configFlag, kernelTest, restore, ruleLines, saved, withNode } from "./harness.ts";
import { type Loop, METRICS, sample, withLoop } from "./loop.ts";

const config = (cidrs: string) => `nonMasqueradeCIDRs: [${cidrs}]\n`;
const ready = async (loop: Loop) => (await loop.get("/readyz")).status === 200;

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`metrics, health and readiness (${runtime})`, () =>
    withNode((node, folder) => {
      const args = [
        "--enable-ipv6",
        METRICS,
        configFlag(folder, `${config("10.0.0.0/8, 'fd00::/8'")}resyncInterval: 200ms\n`),
      ];
      const use = async (loop: Loop) => {
        await loop.until(() => ready(loop), "getting ready");
        assert.equal(await loop.get("/healthz"), { status: 200, text: "ok\n" });
        assert.is((await loop.get("/nothing")).status, 404);
        const page = async () => (await loop.get("/metrics")).text;
        const first = await page();
        for (const family of ["ipv4", "ipv6"]) {
          assert.is(sample(first, `syncs_total{family="${family}",result="changed"}`), 1);
          assert.is(sample(first, `syncs_total{family="${family}",result="failed"}`), 0);
          assert.is(sample(first, `drift_repairs_total{family="${family}"}`), 0);
          assert.is(sample(first, `rules{family="${family}"}`), 4);
          assert.ok((sample(first, `last_sync_success_timestamp_seconds{family="${family}"}`) ?? 0) > 1.6e9);
          assert.ok((sample(first, `sync_duration_seconds_count{family="${family}"}`) ?? 0) >= 1);
        }
        assert.is(sample(first, "config_valid"), 1);
        assert.is(sample(first, "resync_interval_seconds"), 0.2);
        assert.match(first, /^ip_masq_agent_config_info\{sha256="[\da-f]{64}"\} 1$/m);
        assert.match(first, /^ip_masq_agent_build_info\{version="\d[^"]*",runtime="(Node|Deno) [^"]*"\} 1$/m);
        assert.is(sample(first, 'rule_connections_total{family="ipv6",cidr="fd00::/8",verdict="keep"}'), 0);
        lint(first);

        restore(node, "nft", "*nat\n-F IP-MASQ-AGENT\nCOMMIT\n");
        await loop.until(
          async () => sample(await page(), 'drift_repairs_total{family="ipv4"}') === 1,
          "counting the repair",
        );
        await loop.until(
          async () => (sample(await page(), 'writes_avoided_total{family="ipv4"}') ?? 0) > 1,
          "counting syncs",
        );

        configFlag(folder, "nonMasqueradeCIDRs: [x]\n");
        await loop.until(async () => sample(await page(), "config_valid") === 0, "the invalid config");
        const { status, text } = await loop.get("/readyz");
        assert.is(status, 200);
        assert.match(
          text,
          /^ok\nthe config is invalid, the last valid one stays in force:\n {2}.*config\.yaml:1:22: error: x is not a CIDR/,
        );
        assert.is((await loop.stop("SIGTERM")).exit, 0);
      };
      return withLoop(node, args, use, { runtime });
    }),
  );
}

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`idle connections do not block probes (${runtime})`, () =>
    withNode((node, folder) => {
      const use = async (loop: Loop) => {
        await loop.until(() => ready(loop), "getting ready");
        const idle = `let open = 0;
          for (let i = 0; i < 300; i++) require("net").connect(9410, "127.0.0.1", () => ++open === 300 && console.log()).on("error", () => {});`;
        const [file, args] = inside(node, [process.execPath, "-e", idle]);
        const crowd = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
        try {
          await new Promise((done) => crowd.stdout.once("data", done));
          assert.equal(await loop.get("/healthz"), { status: 200, text: "ok\n" });
        } finally {
          crowd.kill("SIGKILL");
        }
      };
      return withLoop(node, [METRICS, configFlag(folder, config("10.0.0.0/8"))], use, { runtime });
    }),
  );
}

/** The rules of promtool's linter: help and type for every metric, base units, and names that match the type. */
function lint(page: string): void {
  const types = new Map([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]));
  const helped = new Set([...page.matchAll(/^# HELP (\S+) \S/gm)].map((match) => match[1]));
  assert.ok(types.size >= 10);
  for (const [name, type] of types) {
    assert.ok(helped.has(name), `${name} has no help`);
    assert.match(name, /^ip_masq_agent_[a-z0-9_]+$/);
    assert.is(name.endsWith("_total"), type === "counter", `${name} is a ${type}`);
    assert.not.match(name, /_(milliseconds|minutes|kilobytes|count|sum|bucket)$/);
    if (/duration|timestamp/.test(name)) assert.match(name, /_seconds$/);
    assert.not(name.includes(type), `${name} names its type`);
  }
  for (const line of page.split("\n").filter((one) => one !== "" && !one.startsWith("#"))) {
    const name = /^[a-z0-9_]+/.exec(line)?.[0] ?? "";
    assert.ok(types.has(name) || types.has(name.replace(/_(bucket|sum|count)$/, "")), `${line} has no type`);
  }
}

kernelTest("connections are counted by CIDR and verdict", async () => {
  const network = await makeNetwork();
  try {
    const args = ["--enable-ipv6", METRICS, "--config=docs/examples/config.yaml", "--to-ports=1024-9999,20000-30000"];
    await withLoop(network.node, args, async (loop) => {
      await loop.until(() => ready(loop), "getting ready");
      const { inside, outside } = ADDRESSES.ipv4;
      network.send(network.pod, [
        { protocol: "udp", host: inside, count: 3 },
        { protocol: "tcp", host: outside, count: 5 },
        { protocol: "udp", host: outside, count: 2 },
      ]);
      const { text } = await loop.get("/metrics");
      assert.is(sample(text, 'rule_connections_total{family="ipv4",cidr="10.0.0.0/8",verdict="keep"}'), 3);
      assert.is(sample(text, 'rule_connections_total{family="ipv4",cidr="0.0.0.0/0",verdict="masquerade"}'), 7);
    });
  } finally {
    network.close();
  }
});

kernelTest("a scrape does not wait for hung tools, and does not start them again", () =>
  withNode((node, folder) => {
    const script = `#!/bin/sh\n[ -e ${folder}/hang ] || exec /usr/sbin/iptables-nft "$@"\necho >> ${folder}/hang\nexec sleep 100\n`;
    writeFileSync(`${folder}/iptables-nft`, script);
    chmodSync(`${folder}/iptables-nft`, 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const use = async (loop: Loop) => {
      await loop.until(() => ready(loop), "getting ready");
      const counters = /^ip_masq_agent_rule_connections_total\{/m;
      assert.match((await loop.get("/metrics")).text, counters);
      writeFileSync(`${folder}/hang`, "");
      for (let i = 0; i < 3; i++) {
        const { status, text } = await loop.get("/metrics");
        assert.is(status, 200);
        assert.match(text, /^ip_masq_agent_config_valid 1$/m);
        assert.match(text, counters, "the last that could be read");
      }
      // One listing of our chain and one of POSTROUTING.
      assert.is(readFileSync(`${folder}/hang`, "utf8"), "\n\n");
    };
    return withLoop(node, [METRICS, "--watch-rules=false", configFlag(folder, config("10.0.0.0/8"))], use, { env });
  }),
);

kernelTest("many connections do not displace a scrape in progress", () =>
  withNode((node, folder) => {
    const script = `#!/bin/sh\n[ ! -e ${folder}/slow ] || sleep 1\nexec /usr/sbin/iptables-nft "$@"\n`;
    writeFileSync(`${folder}/iptables-nft`, script, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const use = async (loop: Loop) => {
      await loop.until(() => ready(loop), "getting ready");
      writeFileSync(`${folder}/slow`, "");
      const scrape = `const net = require("net"), http = require("http");
        http.get("http://127.0.0.1:9410/metrics", (r) => { r.resume(); console.log(String(r.statusCode)); process.exit(); });
        setTimeout(() => { for (let i = 0; i < 100; i++) net.connect(9410, "127.0.0.1").on("error", () => {}); }, 200);`;
      assert.is(runInside(node, [process.execPath, "-e", scrape]).trim(), "200");
    };
    return withLoop(node, [METRICS, "--watch-rules=false", configFlag(folder, config("10.0.0.0/8"))], use, { env });
  }),
);

kernelTest("a port that is in use does not affect the rules, and is served once it is free", () =>
  withNode((node, folder) => {
    const args = [METRICS, configFlag(folder, config("10.0.0.0/8"))];
    return withLoop(node, args, async (first) => {
      await first.until(() => ready(first), "getting ready");
      await withLoop(node, [...args, "--masq-chain=OTHER"], async (second) => {
        await second.until(() => saved(node, "nft").includes(":OTHER "), "the rules of the second");
        const told = /^E.*cannot serve metrics on 127\.0\.0\.1, port 9410: .*EADDRINUSE.*; trying again$/m;
        await second.until(() => told.test(second.log()), "saying so");
        assert.is((await first.stop("SIGTERM")).exit, 0);
        await second.until(() => /serving metrics and health on 127.0.0.1, port 9410/.test(second.log()), "serving");
        assert.is((await second.get("/readyz")).status, 200);
      });
    });
  }),
);

kernelTest("an unreadable config is reported, and so is its recovery", () =>
  withNode((node, folder) => {
    const flag = configFlag(folder, config("10.0.0.0/8"));
    return withLoop(node, [flag, METRICS], async (loop) => {
      await loop.until(() => ready(loop), "getting ready");
      rmSync(`${folder}/config.yaml`);
      mkdirSync(`${folder}/config.yaml`);
      const valid = async () => sample((await loop.get("/metrics")).text, "config_valid");
      await loop.until(async () => (await valid()) === 0, "noticing it");
      const told = /^E.*Error syncing configuration: .*it is a directory.*the last valid one stays/m;
      await loop.until(() => told.test(loop.log()), "saying so");
      assert.match((await loop.get("/readyz")).text, /^ok\ncannot read the config .*: it is a directory/);
      assert.ok(saved(node, "nft").includes("-d 10.0.0.0/8 "));
      rmSync(`${folder}/config.yaml`, { recursive: true });
      configFlag(folder, config("10.0.0.0/8"));
      await loop.until(async () => (await valid()) === 1, "reading it again");
      await loop.until(() => /^I.*can be read again$/m.test(loop.log()), "saying so");
      assert.equal(await loop.get("/readyz"), { status: 200, text: "ok\n" });
      assert.is(ruleLines(saved(node, "nft")).length, 5);
    });
  }),
);

test.run();
