// The loop: started like the established agent's image, in a namespace, until it is stopped.
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { agent, configFlag, kernelTest, restore, ruleLines, saved, withNode } from "./harness.ts";
import { type Loop, withLoop } from "./loop.ts";

const config = (cidrs: string) => `nonMasqueradeCIDRs: [${cidrs}]\nresyncInterval: 100ms\n`;

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`the rules are written, maintained and repaired, and stay when the agent ends (${runtime})`, () =>
    withNode((node, folder) => {
      const flag = configFlag(folder, config("10.0.0.0/8"));
      // No command: the arguments of the established agent's image.
      const args = ["--masq-chain=IP-MASQ-AGENT", "--nomasq-all-reserved-ranges", "--v=1", "--logtostderr", flag];
      const rules = () => ruleLines(saved(node, "nft"));
      const has = (cidr: string) => rules().some((line) => line.includes(`-d ${cidr} `));
      const use = async (loop: Loop) => {
        await loop.until(() => rules().length === 5, "the first sync");
        assert.match(loop.log(), /flags that have no effect in this agent: --logtostderr\n/);
        assert.match(loop.log(), /^I\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ ip-masq-agent\] /m);

        configFlag(folder, config("10.0.0.0/8, 172.16.0.0/12"));
        await loop.until(() => has("172.16.0.0/12"), "following the config");

        restore(node, "nft", "*nat\n-F IP-MASQ-AGENT\nCOMMIT\n");
        await loop.until(() => has("172.16.0.0/12"), "healing a flushed chain");
        restore(node, "nft", "*nat\n-D POSTROUTING 1\nCOMMIT\n");
        await loop.until(() => rules().some((line) => line.startsWith("-A POSTROUTING")), "healing a lost jump");

        const before = rules();
        configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/33]\n");
        await loop.until(() => /10\.0\.0\.0\/33/.test(loop.log()), "reporting an invalid config");
        await new Promise((done) => setTimeout(done, 400));
        assert.equal(rules(), before, "the last valid config stays in force");
        assert.is(loop.log().match(/10\.0\.0\.0\/33 is not a CIDR/g)?.length, 1, "an invalid config is reported once");

        rmSync(`${folder}/config.yaml`);
        await loop.until(() => has("240.0.0.0/4"), "the defaults after the file is gone");
        const last = rules();
        assert.is((await loop.stop("SIGTERM")).exit, 0);
        assert.equal(rules(), last);
      };
      return withLoop(node, args, use, { runtime });
    }),
  );
}

kernelTest("an invalid config at startup changes nothing", () =>
  withNode(async (node, folder) => {
    await agent(node, ["apply", configFlag(folder, config("10.0.0.0/8"))]);
    const before = saved(node, "nft");
    await withLoop(node, [configFlag(folder, "nonMasqueradeCIDRs: [x]\n")], async (loop) => {
      await loop.until(() => /no rules are changed/.test(loop.log()), "reporting it");
      assert.is((await loop.stop("SIGINT")).exit, 0);
    });
    assert.is(saved(node, "nft"), before);
  }),
);

kernelTest("the families are independent of each other", () =>
  withNode(async (node, folder) => {
    writeFileSync(`${folder}/ip6tables-nft`, "#!/bin/sh\necho no luck >&2\nexit 4\n");
    chmodSync(`${folder}/ip6tables-nft`, 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const args = ["--enable-ipv6", configFlag(folder, config("10.0.0.0/8, 'fd00::/8'"))];
    const use = async (loop: Loop) => {
      await loop.until(() => ruleLines(saved(node, "nft")).length === 5, "the IPv4 rules");
      await loop.until(() => /^E.*for IPv6: ip6tables-nft .*exit 4/m.test(loop.log()), "reporting IPv6");
      rmSync(`${folder}/ip6tables-nft`);
      await loop.until(() => ruleLines(saved(node, "nft", "ipv6")).length === 5, "the IPv6 rules, later");
      assert.is((await loop.stop("SIGTERM")).exit, 0);
    };
    await withLoop(node, args, use, { env });
  }),
);

kernelTest("the same rules on Deno as on Node, byte for byte, in both variants", () =>
  withNode(async (node, folder) => {
    const text = "nonMasqueradeCIDRs: [10.0.0.0/8, 172.16.0.0/12, 'fd00::/8', '::10.0.0.0/104']\n";
    for (const variant of ["nft", "legacy"] as const) {
      const args = [
        "--enable-ipv6",
        "--to-ports=1024-9999,20000",
        `--iptables-variant=${variant}`,
        configFlag(folder, text),
      ];
      const left = [];
      for (const runtime of ["node", "deno"] as const) {
        const made = await agent(node, ["apply", ...args], { runtime });
        const again = await agent(node, ["apply", ...args], { runtime });
        const rules = (["ipv4", "ipv6"] as const).map((family) => saved(node, variant, family));
        const removed = await agent(node, ["cleanup", `--iptables-variant=${variant}`], { runtime });
        left.push({ made, again, rules, removed });
      }
      assert.equal(left[1], left[0]);
      assert.is(left[0]?.made.exit, 0);
    }
  }),
);

test.run();
