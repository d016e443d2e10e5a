// A config of several files, and addresses that the node does not have. With the real binary, on both runtimes.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runInside } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, saved, withNode } from "./harness.ts";
import { withLoop } from "./loop.ts";

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`the files of a folder are followed together (${runtime})`, () =>
    withNode(async (node, folder) => {
      const configs = `${folder}/config`;
      mkdirSync(configs);
      const write = (name: string, text: string) => writeFileSync(`${configs}/${name}`, text);
      const has = (cidr: string) => saved(node, "nft").includes(`-d ${cidr} `);
      write("ip-masq-agent", "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
      write("other", "nonMasqueradeCIDRs: [x\n");
      // The next resync is a minute away, so earlier changes come from following the files.
      await withLoop(
        node,
        [`--config=${configs}`],
        async (loop) => {
          await loop.until(() => has("10.0.0.0/8"), "the first sync");
          write("ip-masq-sites", "nonMasqueradeCIDRs: [11.0.0.0/8]\n");
          await loop.until(() => has("10.0.0.0/8") && has("11.0.0.0/8"), "taking a second file");
          write("ip-masq-sites", "nonMasqueradeCIDRs: [12.0.0.0/8]\nmasqueradeCIDRs: [10.0.0.0/8]\n");
          await loop.until(
            () => /config\/ip-masq-sites:2:19: error: .*\[cidr-conflict\]/.test(loop.log()),
            "refusing it",
          );
          assert.ok(has("11.0.0.0/8") && !has("12.0.0.0/8"), "the last valid config stays in force as a whole");
          rmSync(`${configs}/ip-masq-sites`);
          await loop.until(() => !has("11.0.0.0/8"), "leaving it out");
          assert.ok(has("10.0.0.0/8"));
          rmSync(configs, { recursive: true });
          await loop.until(
            () => /config: its folder no longer exists; the last valid one stays/.test(loop.log()),
            "missing it",
          );
          assert.ok(has("10.0.0.0/8") && !has("172.16.0.0/12"), "the defaults are not in force");
          mkdirSync(configs);
          write("ip-masq-agent", "nonMasqueradeCIDRs: [13.0.0.0/8]\n");
          await loop.until(() => has("13.0.0.0/8"), "following it again");
          assert.is((await loop.stop("SIGTERM")).exit, 0);
        },
        { runtime },
      );
    }),
  );

  kernelTest(`addresses that the node does not have are reported until it has them (${runtime})`, () =>
    withNode(async (node, folder) => {
      const flag = configFlag(
        folder,
        "resyncInterval: 100ms\nsnat: [{destinationCIDRs: [9.0.0.0/8], to: 192.0.2.5-192.0.2.6}]\n",
      );
      const warning = /none of the 2 addresses 192\.0\.2\.5-192\.0\.2\.6 is on this node/;
      const applied = await agent(node, ["apply", flag, "--output=json"], { runtime });
      assert.is(applied.exit, 0, applied.stderr);
      assert.match(JSON.parse(applied.stdout).warnings[0], warning);
      await withLoop(
        node,
        [flag],
        async (loop) => {
          await loop.until(() => warning.test(loop.log()), "warning");
          for (const address of ["192.0.2.5/32", "192.0.2.6/32"])
            runInside(node, ["ip", "addr", "add", address, "dev", "lo"]);
          const status = await agent(node, ["status", flag], { runtime });
          assert.is(status.stderr, "");
          runInside(node, ["ip", "addr", "del", "192.0.2.6/32", "dev", "lo"]);
          await loop.until(() => /1 of the 2 addresses .* is not on this node/.test(loop.log()), "warning of one");
          assert.is((await loop.stop("SIGTERM")).exit, 0);
          assert.is(loop.log().match(new RegExp(warning, "g"))?.length, 1, loop.log());
        },
        { runtime },
      );
    }),
  );
}

test.run();
