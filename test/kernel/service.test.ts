// The agent as a service: what it survives, logs and serves. With the real binary.
import { spawn } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, ruleLines, saved, withNode } from "./harness.ts";
import { type Loop, METRICS, sample, withLoop } from "./loop.ts";

const config = (cidrs: string) => `nonMasqueradeCIDRs: [${cidrs}]\n`;

kernelTest("if one family fails, the other continues, and the failing one recovers by itself", () =>
  withNode((node, folder) => {
    writeFileSync(`${folder}/ip6tables-nft-restore`, "#!/bin/sh\necho no luck >&2\nexit 4\n");
    chmodSync(`${folder}/ip6tables-nft-restore`, 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const args = ["--enable-ipv6", METRICS, configFlag(folder, config("10.0.0.0/8, 'fd00::/8'"))];
    const use = async (loop: Loop) => {
      await loop.until(() => ruleLines(saved(node, "nft")).length === 5, "the IPv4 rules");
      await loop.until(() => /^E.*exit 4/m.test(loop.log()), "the failure");
      const { status, text } = await loop.get("/readyz");
      assert.is(status, 503);
      assert.match(text, /^ipv6: failing: ip6tables-nft-restore --noflush -w 10: exit 4\n {2}\| no luck\n$/);
      rmSync(`${folder}/ip6tables-nft-restore`);
      await loop.until(() => ruleLines(saved(node, "nft", "ipv6")).length === 5, "the IPv6 rules");
      await loop.until(() => /ipv6: works again/.test(loop.log()), "saying so");
      assert.is((await loop.get("/readyz")).status, 200);
      assert.is(loop.log().match(/^E.*exit 4/gm)?.length, 1, "the same failure is reported once");
    };
    return withLoop(node, args, use, { env });
  }),
);

kernelTest("--cleanup-on-exit", () =>
  withNode((node, folder) => {
    const args = ["--cleanup-on-exit", "--enable-ipv6", configFlag(folder, config("10.0.0.0/8"))];
    return withLoop(node, args, async (loop) => {
      await loop.until(() => ruleLines(saved(node, "nft", "ipv6")).length > 0, "the first sync");
      const { exit } = await loop.stop("SIGTERM");
      assert.is(exit, 0);
      for (const family of ["ipv4", "ipv6"] as const) assert.equal(ruleLines(saved(node, "nft", family)), []);
    });
  }),
);

kernelTest("--cleanup-on-exit waits for the iptables lock", () =>
  withNode((node, folder) => {
    const env = { XTABLES_LOCKFILE: `${folder}/xtables.lock` };
    const args = ["--cleanup-on-exit", "--iptables-variant=legacy", configFlag(folder, config("10.0.0.0/8"))];
    const use = async (loop: Loop) => {
      await loop.until(() => ruleLines(saved(node, "legacy")).length > 0, "the first sync");
      const holder = spawn("flock", [env.XTABLES_LOCKFILE, "sleep", "3"]);
      await new Promise((done) => setTimeout(done, 300));
      assert.is((await loop.stop("SIGTERM")).exit, 0, loop.log());
      assert.not(holder.exitCode === null, "it was not waited for");
      assert.equal(ruleLines(saved(node, "legacy")), []);
    };
    return withLoop(node, args, use, { env });
  }),
);

kernelTest("--cleanup-on-exit reports what it could not remove", () =>
  withNode((node, folder) => {
    const env = { XTABLES_LOCKFILE: `${folder}/xtables.lock` };
    const args = ["--cleanup-on-exit", "--iptables-variant=legacy", configFlag(folder, config("10.0.0.0/8"))];
    const use = async (loop: Loop) => {
      await loop.until(() => ruleLines(saved(node, "legacy")).length > 0, "the first sync");
      const holder = spawn("flock", [env.XTABLES_LOCKFILE, "sleep", "60"], { detached: true });
      try {
        await new Promise((done) => setTimeout(done, 300));
        assert.is((await loop.stop("SIGTERM")).exit, 1);
        const searched = /grep '([^']+)'/.exec(readFileSync("docs/install.md", "utf8"))?.[1] ?? "";
        assert.match(loop.log().trimEnd().split("\n").at(-1), searched);
      } finally {
        process.kill(-(holder.pid ?? 0), "SIGKILL");
      }
    };
    return withLoop(node, args, use, { env });
  }),
);

kernelTest("SIGTERM while a tool hangs: the agent ends without waiting for it, and the rules are complete", () =>
  withNode((node, folder) => {
    const env = { PATH: `${folder}:${process.env.PATH}` };
    writeFileSync(`${folder}/iptables-nft-restore`, "#!/bin/sh\nexec sleep 100\n");
    chmodSync(`${folder}/iptables-nft-restore`, 0o755);
    const use = async (loop: Loop) => {
      await loop.until(() => /config: 1 CIDR/.test(loop.log()), "the start");
      await new Promise((done) => setTimeout(done, 200));
      const { exit } = await loop.stop("SIGTERM");
      assert.is(exit, 0);
      assert.equal(ruleLines(saved(node, "nft")), []);
    };
    return withLoop(node, [configFlag(folder, config("10.0.0.0/8"))], use, { env });
  }),
);

kernelTest("signals at any moment: during startup, twice, and during a blocked write", () =>
  withNode(async (node, folder) => {
    const flag = configFlag(folder, config("10.0.0.0/8"));
    await withLoop(node, [flag], async (loop) => {
      await loop.until(() => /ip-masq-agent version/.test(loop.log()), "the first line");
      loop.signal("SIGHUP");
      loop.signal("SIGTERM");
      assert.is((await loop.stop("SIGTERM")).exit, 0, loop.log());
    });
    // A restore that would write later, when the agent has ended.
    writeFileSync(`${folder}/iptables-nft-restore`, '#!/bin/sh\nsleep 3\nexec /usr/sbin/iptables-nft-restore "$@"\n');
    chmodSync(`${folder}/iptables-nft-restore`, 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    await agent(node, ["cleanup"]);
    const late = async (loop: Loop) => {
      await loop.until(() => /config: 1 CIDR/.test(loop.log()), "the start");
      await new Promise((done) => setTimeout(done, 300));
      const { exit } = await loop.stop("SIGTERM");
      assert.is(exit, 0, loop.log());
      await new Promise((done) => setTimeout(done, 3_500));
      assert.equal(ruleLines(saved(node, "nft")), [], "nothing is written after it has ended");
    };
    await withLoop(node, [flag, "--cleanup-on-exit"], late, { env });
  }),
);

kernelTest("hung IPv6 tools do not stop the agent from writing the IPv4 rules", () =>
  withNode((node, folder) => {
    writeFileSync(`${folder}/ip6tables-nft-save`, "#!/bin/sh\nexit 7\n");
    writeFileSync(`${folder}/ip6tables-nft`, "#!/bin/sh\nsleep 100\n");
    for (const tool of ["ip6tables-nft-save", "ip6tables-nft"]) chmodSync(`${folder}/${tool}`, 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const use = (loop: Loop) => loop.until(() => ruleLines(saved(node, "nft")).length === 5, "the IPv4 rules");
    return withLoop(node, ["--enable-ipv6", configFlag(folder, config("10.0.0.0/8"))], use, { env });
  }),
);

kernelTest("a second agent on the same chain is noticed, but not one on another chain", () =>
  withNode((node, folder) => {
    const flag = configFlag(folder, config("10.0.0.0/8"));
    return withLoop(node, [flag], async (first) => {
      await first.until(() => ruleLines(saved(node, "nft")).length === 5, "the first sync");
      for (const runtime of ["node", "deno"] as const) {
        const noticed = (second: Loop) =>
          second.until(
            () => /^W.*another ip-masq-agent maintains chain IP-MASQ-AGENT on this node$/m.test(second.log()),
            `${runtime} noticing it`,
          );
        await withLoop(node, [flag], noticed, { runtime });
      }
      await withLoop(node, [flag, "--masq-chain=OTHER"], async (other) => {
        await other.until(() => saved(node, "nft").includes(":OTHER "), "its rules");
        assert.not.match(other.log(), /another/);
      });
      assert.not.match(first.log(), /another/);
    });
  }),
);

kernelTest("at --v=2 it logs the established agent's messages, once", () =>
  withNode((node, folder) => {
    const flag = configFlag(folder, `${config("10.0.0.0/8")}resyncInterval: 100ms\n`);
    return withLoop(node, [flag, METRICS, "--v=2"], async (loop) => {
      const page = async () => (await loop.get("/metrics")).text;
      await loop.until(
        async () => (sample(await page(), 'writes_avoided_total{family="ipv4"}') ?? 0) > 3,
        "some resyncs",
      );
      const path = `${folder}/config.yaml`;
      const used =
        '{"nonMasqueradeCIDRs":["10.0.0.0/8"],"cidrLimit":64,"masqLinkLocal":false,"masqLinkLocalIPv6":false,"resyncInterval":"100ms"}';
      for (const line of [
        "ip-masq-agent version: ",
        'FLAG: --masq-chain="IP-MASQ-AGENT"',
        `Config file found at "${path}"`,
        `Using config: ${used}`,
        'IPv4 masquerading rules: "*nat\\n:IP-MASQ-AGENT - [0:0]\\n-A IP-MASQ-AGENT ',
      ]) {
        assert.is(loop.log().split(`] ${line}`).length, 2, `${line} in ${loop.log()}`);
      }
    });
  }),
);

kernelTest("a process that never releases the agents' write lock is reported, and only writes wait for it", () =>
  withNode(async (node) => {
    const hold =
      "require('net').createServer().listen('\\0ip-masq-agent/turn/nft/ipv4/IP-MASQ-AGENT', () => console.log())";
    const [file, args] = inside(node, [process.execPath, "-e", hold]);
    const holder = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await new Promise((done) => holder.stdout.once("data", done));
      const { exit, stdout, stderr } = await agent(node, ["apply", "--config=docs/examples/config.yaml"]);
      assert.is(exit, 0);
      assert.match(
        stderr,
        /another process holds the write lock, socket @ip-masq-agent\/turn\/nft\/ipv4\/IP-MASQ-AGENT, /,
      );
      assert.match(stdout, /written/);
      const again = await agent(node, ["apply", "--config=docs/examples/config.yaml"]);
      assert.is(again.stderr, "", "commands that only read do not wait");
    } finally {
      holder.kill("SIGKILL");
    }
  }),
);

kernelTest("--logging-format=json", () =>
  withNode((node, folder) => {
    const args = ["--logging-format=json", METRICS, configFlag(folder, config("10.0.0.0/8"))];
    return withLoop(node, args, async (loop) => {
      await loop.until(() => /rules: 4 added/.test(loop.log()), "the first sync");
      for (const line of loop.log().trim().split("\n"))
        assert.equal(Object.keys(JSON.parse(line)), ["ts", "level", "v", "msg"]);
    });
  }),
);

kernelTest("docs/deno.md's command for Deno has all permissions, and Deno does not prompt", () =>
  withNode((node, folder) => {
    const line = /^deno run .* ip-masq-agent\.mjs/m.exec(readFileSync("docs/deno.md", "utf8"))?.[0] ?? "";
    assert.not.match(line, /-A\b|--allow-all/);
    assert.match(line, /--no-prompt .*--allow-run=/, "a question on a terminal would stop it");
    const flag = configFlag(folder, config("10.0.0.0/8"));
    // All Deno loops in these tests run with it; it names the legacy tools too.
    const use = async (loop: Loop) => {
      await loop.until(async () => (await loop.get("/readyz")).status === 200, "getting ready");
      assert.ok(saved(node, "legacy").includes("-d 10.0.0.0/8 "));
      assert.not.match(loop.log(), /^[WE]|equires/m);
      assert.is((await loop.stop("SIGTERM")).exit, 0);
    };
    return withLoop(node, [METRICS, "--enable-ipv6", "--iptables-variant=legacy", flag], use, { runtime: "deno" });
  }),
);

test.run();
