// Nodes with leftovers of older agents or accidents: one transaction fixes them.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { agent, configFlag, kernelTest, restore, ruleLines, saved, VARIANTS, withNode } from "./harness.ts";

const OLD_COMMENT = '-m comment --comment "ip-masq-agent: cluster-local traffic should not be subject to MASQUERADE"';
const JUMP_COMMENT =
  '-m comment --comment "ip-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom IP-MASQ-AGENT chain"';
const LOCAL = "-m addrtype ! --dst-type LOCAL";
const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8, 172.16.0.0/12]\n";

/** The initial rules, as iptables-restore input without its frame. */
const CASES: Record<string, string> = {
  "other comments": `:IP-MASQ-AGENT - [0:0]
-A POSTROUTING -m comment --comment "to the agent" ${LOCAL} -j IP-MASQ-AGENT
-A IP-MASQ-AGENT -d 169.254.0.0/16 ${OLD_COMMENT} -j RETURN
-A IP-MASQ-AGENT -d 10.0.0.0/8 ${OLD_COMMENT} -j RETURN
-A IP-MASQ-AGENT -j MASQUERADE`,
  "an addrtype match on every rule": `:IP-MASQ-AGENT - [0:0]
-A POSTROUTING ${JUMP_COMMENT} ${LOCAL} -j IP-MASQ-AGENT
-A IP-MASQ-AGENT -d 169.254.0.0/16 ${OLD_COMMENT} ${LOCAL} -j RETURN
-A IP-MASQ-AGENT -d 10.0.0.0/8 ${OLD_COMMENT} ${LOCAL} -j RETURN
-A IP-MASQ-AGENT ${LOCAL} -j MASQUERADE`,
  "the jump twice": `:IP-MASQ-AGENT - [0:0]
-A POSTROUTING ${JUMP_COMMENT} ${LOCAL} -j IP-MASQ-AGENT
-A POSTROUTING -d 1.2.3.4/32 -j ACCEPT
-A POSTROUTING ${JUMP_COMMENT} ${LOCAL} -j IP-MASQ-AGENT
-A IP-MASQ-AGENT -j MASQUERADE`,
  "the jump three times, one of them older": `:IP-MASQ-AGENT - [0:0]
-A POSTROUTING ${JUMP_COMMENT} ${LOCAL} -j IP-MASQ-AGENT
-A POSTROUTING -g IP-MASQ-AGENT
-A POSTROUTING ${JUMP_COMMENT} ${LOCAL} -j IP-MASQ-AGENT`,
  "an empty chain behind a jump": `:IP-MASQ-AGENT - [0:0]
-A POSTROUTING ${JUMP_COMMENT} ${LOCAL} -j IP-MASQ-AGENT`,
  "a chain but no jump": `:IP-MASQ-AGENT - [0:0]
-A IP-MASQ-AGENT -d 10.0.0.0/8 -j RETURN`,
  "an empty chain and no jump": ":IP-MASQ-AGENT - [0:0]",
};

for (const variant of VARIANTS) {
  for (const [name, rules] of Object.entries(CASES)) {
    kernelTest(`${name} (${variant})`, () =>
      withNode(async (node, folder) => {
        const others = "-A POSTROUTING -s 10.9.0.0/16 -j SNAT --to-source 192.0.2.9";
        const args = [`--iptables-variant=${variant}`, configFlag(folder, CONFIG)];
        await agent(node, ["apply", ...args]);
        const desired = ruleLines(saved(node, variant));
        await agent(node, ["cleanup", ...args.slice(0, 1)]);

        restore(node, variant, `*nat\n${others}\n${rules}\nCOMMIT\n`);
        const planned = await agent(node, ["plan", "--exit-code", "--output=json", ...args]);
        assert.is(planned.exit, 2);
        const [{ transaction }] = JSON.parse(planned.stdout).families;
        assert.is(transaction.match(/^COMMIT$/gm).length, 1);
        assert.is((await agent(node, ["apply", ...args])).exit, 0);
        const now = ruleLines(saved(node, variant));
        const kept = rules.includes("1.2.3.4") ? ["-A POSTROUTING -d 1.2.3.4/32 -j ACCEPT"] : [];
        assert.equal(
          now.filter((line) => line !== others && !kept.includes(line)),
          desired,
        );
        for (const line of [others, ...kept]) assert.ok(now.includes(line), line);
        assert.is((await agent(node, ["plan", "--exit-code", ...args])).exit, 0);
      }),
    );
  }

  kernelTest(`from an old chain to one with every key, and back (${variant})`, () =>
    withNode(async (node, folder) => {
      const args = [`--iptables-variant=${variant}`];
      await agent(node, ["apply", ...args, configFlag(folder, CONFIG)]);
      const plain = ruleLines(saved(node, variant));
      restore(node, variant, `*nat\n${CASES["other comments"]}\nCOMMIT\n`);
      const apply = async (config: string) => {
        const applied = await agent(node, ["apply", "--output=json", ...args, configFlag(folder, config)]);
        assert.is(applied.exit, 0, applied.stderr);
        // Whatever was there before: one transaction, after which nothing is left to write.
        assert.is(JSON.parse(applied.stdout).families[0].transaction.match(/^COMMIT$/gm).length, 1);
        assert.is((await agent(node, ["plan", "--exit-code", ...args, configFlag(folder, config)])).exit, 0);
      };
      await apply(
        `${CONFIG}masqueradeCIDRs: [10.50.0.0/16]\nsourceCIDRs: [10.244.0.0/16]\noutputInterfaces: ['eth*']\n` +
          "snat: [{ destinationCIDRs: [198.51.100.0/24], to: 192.0.2.9 }]\n",
      );
      const rules = ruleLines(saved(node, variant)).filter((line) => line.startsWith("-A IP-MASQ-AGENT "));
      // The longest prefix comes first, and the fallback last.
      assert.equal(
        rules.map((line) => / -d (\S+)/.exec(line)?.[1]),
        ["198.51.100.0/24", "169.254.0.0/16", "10.50.0.0/16", "172.16.0.0/12", "10.0.0.0/8", undefined],
      );
      await apply(CONFIG);
      assert.equal(ruleLines(saved(node, variant)), plain);
    }),
  );

  kernelTest(`rules in another order are moved, and those that stay are not changed (${variant})`, () =>
    withNode(async (node, folder) => {
      const args = [`--iptables-variant=${variant}`];
      await agent(node, ["apply", ...args, configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/8, 172.16.0.0/12]\n")]);
      const { stdout } = await agent(node, [
        "apply",
        ...args,
        configFlag(folder, "nonMasqueradeCIDRs: [172.16.0.0/12, 10.0.0.0/8]\n"),
      ]);
      assert.match(stdout, /rules: 1 added, 1 removed, 4 kept/);
      const order = saved(node, variant).match(/(?<=-A IP-MASQ-AGENT -d )\S+/g);
      assert.equal(order, ["169.254.0.0/16", "172.16.0.0/12", "10.0.0.0/8"]);
    }),
  );
}

test.run();
