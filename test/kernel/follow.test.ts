// The agent follows its config, whatever happens to the file. With the real binary, on both runtimes.
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { configMap } from "./config-map.ts";
import { configFlag, kernelTest, restore, ruleLines, saved, withNode } from "./harness.ts";
import { type Loop, METRICS, sample, withLoop } from "./loop.ts";

const config = (cidrs: string) => `nonMasqueradeCIDRs: [${cidrs}]\n`;

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`a mounted ConfigMap is followed at once, and signals work (${runtime})`, () =>
    withNode((node, folder) => {
      // The next resync is a minute away, so earlier changes come from following the file.
      const publish = configMap(`${folder}/mount`, config("10.0.0.0/8"));
      const has = (cidr: string) => saved(node, "nft").includes(`-d ${cidr} `);
      const use = async (loop: Loop) => {
        await loop.until(() => has("10.0.0.0/8"), "the first sync");
        for (let i = 0; i < 5; i++) {
          publish(config(`10.${i}.0.0/16`));
          await loop.until(() => has(`10.${i}.0.0/16`), "following the ConfigMap");
        }
        assert.is(saved(node, "nft").match(/-d 10\./g)?.length, 1);

        publish(config("10.0.0.0/33"));
        await loop.until(() => /the last valid one stays in force/.test(loop.log()), "reporting the invalid config");
        assert.ok(has("10.4.0.0/16"));
        publish(config("11.0.0.0/8"));
        await loop.until(() => has("11.0.0.0/8"), "the valid config");

        rmSync(`${folder}/mount`, { recursive: true });
        await loop.until(() => has("172.16.0.0/12"), "the defaults after the mount is gone");
        configMap(`${folder}/mount`, config("12.0.0.0/8"));
        await loop.until(() => has("12.0.0.0/8"), "the restored mount");

        // Only changes after the end of the sync are drift. It removes the three defaults.
        await loop.until(() => /ipv4: rules: \d+ added, 3 removed, /.test(loop.log()), "the end of that sync");
        restore(node, "nft", "*nat\n-F IP-MASQ-AGENT\nCOMMIT\n");
        loop.signal("SIGHUP");
        await loop.until(() => has("12.0.0.0/8"), "the sync after SIGHUP");
        const told =
          /^W.*ipv4: the rules were modified by (another program|iptables-nft-re \(pid \d+\)); repaired:\n( +.*\n)+? +\+ -A IP-MASQ-AGENT/m;
        await loop.until(() => told.test(loop.log()), "the report of the repair");

        const before = saved(node, "nft");
        const { exit } = await loop.stop("SIGTERM");
        assert.is(exit, 0, loop.log());
        assert.is(saved(node, "nft"), before, "the rules stay");
      };
      return withLoop(node, [`--config=${folder}/mount/ip-masq-agent`], use, { runtime });
    }),
  );

  kernelTest(`a config of more than 32 KiB is parsed in a thread, and followed (${runtime})`, () =>
    withNode((node, folder) => {
      const cidrs = Array.from({ length: 60 }, (_, i) => `10.${i}.0.0/16`).join(", ");
      const large = `${config(cidrs)}${`# ${"x".repeat(98)}\n`.repeat(400)}`;
      const use = async (loop: Loop) => {
        await loop.until(() => /ipv4: rules: 63 added/.test(loop.log()), "the first sync");
        assert.is(loop.log().match(/ip-masq-agent version/g)?.length, 1, "the thread is not a second agent");
        assert.is((await loop.stop("SIGTERM")).exit, 0);
      };
      return withLoop(node, [configFlag(folder, large)], use, { runtime });
    }),
  );
}

kernelTest("a burst of a thousand changes ends in the last one, with few syncs", () =>
  withNode((node, folder) => {
    const flag = configFlag(folder, config("10.0.0.0/8"));
    return withLoop(node, [flag, METRICS], async (loop) => {
      await loop.until(() => ruleLines(saved(node, "nft")).length === 5, "the first sync");
      for (let i = 0; i < 1000; i++) {
        configFlag(folder, config(`10.${i % 256}.${i >> 8}.0/24`));
        if (i % 5 === 0) await new Promise((done) => setTimeout(done, 4));
      }
      await loop.until(() => saved(node, "nft").includes("-d 10.231.3.0/24 "), "the last config");
      const { text } = await loop.get("/metrics");
      const syncs = ["changed", "in_sync"].map(
        (result) => sample(text, `syncs_total{family="ipv4",result="${result}"}`) ?? 0,
      );
      assert.ok((syncs[0] ?? 0) + (syncs[1] ?? 0) <= 100, `${syncs} syncs`);
      assert.not.match(loop.log(), /^[EF]/m);
    });
  }),
);

kernelTest("a config that is written line by line ends up in force as a whole", () =>
  withNode((node, folder) => {
    const flag = configFlag(folder, config("10.0.0.0/8"));
    return withLoop(node, [flag], async (loop) => {
      await loop.until(() => /rules: 4 added/.test(loop.log()), "the first sync");
      // How long the agent waits for the writer is tested with a fake clock in test/agent/debounce.test.ts.
      const file = openSync(`${folder}/config.yaml`, "w");
      try {
        writeSync(file, "nonMasqueradeCIDRs:\n");
        for (let i = 1; i < 10; i++) {
          writeSync(file, `- ${i}.0.0.0/8\n`);
          if (i === 3) loop.signal("SIGHUP");
          if (i === 6) mkdirSync(`${folder}/..other`);
        }
      } finally {
        closeSync(file);
      }
      await loop.until(() => /config: 9 CIDRs/.test(loop.log()), "the whole config");
      assert.is([...loop.log().matchAll(/config: .*?(\d+) CIDR/g)].at(-1)?.[1], "9");
    });
  }),
);

kernelTest("a config that becomes empty and stays empty is applied", () =>
  withNode((node, folder) => {
    const flag = configFlag(folder, config("11.0.0.0/8"));
    return withLoop(node, [flag], async (loop) => {
      await loop.until(() => /rules: 4 added/.test(loop.log()), "the first sync");
      configFlag(folder, "");
      await loop.until(() => saved(node, "nft").includes("-d 172.16.0.0/12 "), "the defaults");
    });
  }),
);

kernelTest("a pipe in place of the config does not block the agent", () =>
  withNode((node, folder) => {
    const flag = configFlag(folder, config("10.0.0.0/8"));
    return withLoop(node, [flag], async (loop) => {
      await loop.until(() => /rules: 4 added/.test(loop.log()), "the first sync");
      assert.is(spawnSync("mkfifo", [`${folder}/pipe`]).status, 0);
      renameSync(`${folder}/pipe`, `${folder}/config.yaml`);
      await loop.until(() => /^E.*not a regular file.*the last valid one stays/m.test(loop.log()), "the error");
      assert.is((await loop.stop("SIGTERM")).exit, 0);
    });
  }),
);

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`a pipe next to the config or above it does not block the agent (${runtime})`, () =>
    withNode((node, folder) => {
      const publish = configMap(`${folder}/mount`, config("10.0.0.0/8"));
      const has = (cidr: string) => saved(node, "nft").includes(`-d ${cidr} `);
      const use = async (loop: Loop) => {
        await loop.until(() => has("10.0.0.0/8"), "the first sync");
        for (const [i, pipe] of ["pipe", "mount/pipe", "mount/..pipe"].entries()) {
          assert.is(spawnSync("mkfifo", [`${folder}/${pipe}`]).status, 0);
          loop.signal("SIGHUP");
          publish(config(`10.${i}.0.0/16`));
          await loop.until(() => has(`10.${i}.0.0/16`), `following the config next to ${pipe}`);
          assert.equal(await loop.get("/healthz"), { status: 200, text: "ok\n" });
        }
        assert.is((await loop.stop("SIGTERM")).exit, 0);
      };
      return withLoop(node, [METRICS, `--config=${folder}/mount/ip-masq-agent`], use, { runtime });
    }),
  );
}

kernelTest("if folders cannot be watched, the agent logs it once, and the resync finds the changes", () =>
  withNode((node, folder) => {
    const flag = configFlag(folder, `${config("10.0.0.0/8")}resyncInterval: 200ms\n`);
    // A user namespace that allows no inotify instance. It has no privileges over the node's rules, so the syncs fail.
    const limit = ["unshare", "-Ur", "sh", "-c", 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"', "sh"];
    const use = async (loop: Loop) => {
      await loop.until(() => /config: 1 CIDR,/.test(loop.log()), "reading the config");
      configFlag(folder, `${config("10.0.0.0/8, 11.0.0.0/8")}resyncInterval: 200ms\n`);
      await loop.until(() => /config: 2 CIDRs,/.test(loop.log()), "finding the change");
      // A signal that cuts a long interval short also makes the agent read the config.
      configFlag(folder, `${config("10.0.0.0/8")}resyncInterval: 1h\n`);
      await loop.until(() => /1 CIDR, resync every 1h/.test(loop.log()), "taking the long interval");
      configFlag(folder, `${config("10.0.0.0/8, 11.0.0.0/8, 12.0.0.0/8")}resyncInterval: 200ms\n`);
      loop.signal("SIGHUP");
      await loop.until(() => /config: 3 CIDRs,/.test(loop.log()), "the read after SIGHUP");
      configFlag(folder, `${config("10.0.0.0/8")}resyncInterval: 200ms\n`);
      await loop.until(
        () => /1 CIDR, resync every 200ms(.*\n)*.*3 CIDRs(.*\n)*.*1 CIDR,/.test(loop.log()),
        "the next change",
      );
      assert.is(loop.log().match(/^W.*cannot watch .*; changes to it are found at the next resync: /gm)?.length, 1);
    };
    return withLoop(node, [flag], use, { command: [...limit, process.execPath, "dist/ip-masq-agent.mjs"] });
  }),
);

test.run();
