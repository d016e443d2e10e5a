// The plan for a node whose rules are pasted.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredChain, diffChain, formatChange, formatTable, readObserved } from "../../src/backends/iptables/index.ts";
import { browserTest, policyOf, text, withPage } from "./browser.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

browserTest("the plan for a node whose rules are pasted", () =>
  withPage(
    async (page) => {
      const [policy] = policyOf(CONFIG);
      if (!policy) return assert.unreachable();
      const foreign = "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 1.2.3.0/24 -j MASQUERADE\n";
      await page.getByLabel("iptables-save -t nat").fill(`${foreign}COMMIT\n`);
      assert.is(await text(page, "plan-said-ipv4"), "rules: 5 to add, 0 to remove");
      const { jump, rules } = desiredChain(policy);
      const lines = [`-A POSTROUTING ${jump}`, ...rules.map((rule) => `-A ${policy.chain} ${rule}`)];
      const inSync = formatTable(policy.chain, true, lines);
      await page.getByLabel("iptables-save -t nat").fill(inSync);
      assert.is(await text(page, "plan-said-ipv4"), "in sync");
      const drifted = inSync.replace(/.*-d 10\.0.*\n/, "");
      await page.getByLabel("iptables-save -t nat").fill(drifted);
      assert.is(await text(page, "plan-said-ipv4"), "rules: 1 to add, 0 to remove");
      const changes = diffChain(desiredChain(policy), readObserved(new TextEncoder().encode(drifted), policy.chain));
      assert.is((await text(page, "plan-ipv4")).trimEnd(), changes?.changes.map(formatChange).join("\n"));
      await page.getByLabel("iptables-save -t nat").fill("*filter\nCOMMIT\n");
      assert.match(await text(page, "plan-said-ipv4"), /^this is not a dump of table nat: /);
    },
    { config: CONFIG, tab: "plan" },
  ),
);

test.run();
