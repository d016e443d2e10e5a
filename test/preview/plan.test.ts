// The plan for a node whose rules are pasted.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredChain, diffChain, formatChange, formatTable, readObserved } from "../../src/backends/iptables/index.ts";
import { readPasted } from "../../src/netfilter/index.ts";
import { browserTest, text, withPage } from "../page/browser.ts";
import { policyOf } from "./evaluated.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

browserTest("the plan for a node whose rules are pasted", () =>
  withPage(
    async (page) => {
      const [policy] = policyOf(CONFIG);
      if (!policy) return assert.unreachable();
      const foreign = "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 1.2.3.0/24 -j MASQUERADE\n";
      await page.getByLabel("iptables-save -t nat").fill(`${foreign}COMMIT\n`);
      assert.is(await text(page, "plan-status-ipv4"), "rules: 5 to add, 0 to remove");
      const { jump, rules } = desiredChain(policy);
      const lines = [`-A POSTROUTING ${jump}`, ...rules.map((rule) => `-A ${policy.chain} ${rule}`)];
      const inSync = formatTable(policy.chain, true, lines);
      await page.getByLabel("iptables-save -t nat").fill(inSync);
      assert.is(await text(page, "plan-status-ipv4"), "in sync");
      const drifted = inSync.replace(/.*-d 10\.0.*\n/, "");
      await page.getByLabel("iptables-save -t nat").fill(drifted);
      assert.is(await text(page, "plan-status-ipv4"), "rules: 1 to add, 0 to remove");
      const changes = diffChain(desiredChain(policy), readObserved(new TextEncoder().encode(drifted), policy.chain));
      assert.is((await text(page, "plan-ipv4")).trimEnd(), changes?.changes.map(formatChange).join("\n"));
      await page.getByLabel("iptables-save -t nat").fill("*filter\nCOMMIT\n");
      assert.match(await text(page, "plan-status-ipv4"), /^this is not the output of iptables-save -t nat: /);
    },
    { config: CONFIG, tab: "plan" },
  ),
);

/** flannel's rules before the agent's jump, as iptables-save and nft print them. */
const SAVED = `*nat
:POSTROUTING ACCEPT [0:0]
:FLANNEL-POSTRTG - [0:0]
:IP-MASQ-AGENT - [0:0]
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A POSTROUTING -m comment --comment "ip-masq-agent: jump" -j IP-MASQ-AGENT
-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE
-A IP-MASQ-AGENT -j MASQUERADE
COMMIT
`;
const LISTED = `table ip flannel-ipv4 {
	chain postrtg {
		type nat hook postrouting priority srcnat; policy accept;
		meta mark & 0x00004000 == 0x00004000 return
		ip saddr 10.244.0.0/16 ip daddr 192.168.0.0/24 return
		ip saddr 10.244.0.0/16 ip daddr != 224.0.0.0/4 counter packets 1 bytes 60 masquerade fully-random
	}
}
`;

browserTest("rules of other programs that override the config are marked, with a remedy", () =>
  withPage(
    async (page) => {
      const foreign = page.getByTestId("foreign-ipv4");
      assert.is(await foreign.count(), 0);
      await page.getByLabel("iptables-save -t nat").fill(SAVED);
      assert.is(await foreign.getByRole("status").innerText(), "1 rule of another program overrides the config.");
      const marked = async () =>
        (await foreign.locator(".overrides").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
      assert.equal(await marked(), [
        '-m comment --comment "flanneld masq" -j FLANNEL-POSTRTG flannel masquerades packets to all kept ranges, before the agent\'s rules. ' +
          "Chain FLANNEL-POSTRTG: -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE Start flanneld without --ip-masq. " +
          "Or set enforceNonMasquerade: true, so that no other program can translate these packets.",
      ]);
      assert.match(
        await text(page, "answer-node"),
        /^On the node whose rules are pasted, a rule of flannel translates this packet anyway: -s 10\.244\.0\.0\/16/,
      );
      assert.is(await text(page, "sees"), "sees the node's address");
      assert.is(await text(page, "does"), "another program's rule decides");
      assert.match(await foreign.locator(".ours").innerText(), /-j IP-MASQ-AGENT\s*the agent's own$/);
      await page.getByLabel("iptables-save -t nat").fill(SAVED.replace(/.*flanneld masq.*\n/, ""));
      assert.is(
        await foreign.getByRole("status").innerText(),
        "None of the pasted rules of other programs overrides the config.",
      );
      assert.is(await page.getByTestId("answer-node").count(), 0);
      await page.getByLabel("iptables-save -t nat").fill("");
      await page.getByLabel("nft list ruleset").fill(LISTED);
      assert.match(
        (await marked())[0] ?? "",
        /^ip saddr 10\.244\.0\.0\/16 .* masquerade fully-random flannel masquerades packets to [^a-z]*192\.168\.1\.0-192\.168\.255\.255\. Start/,
      );
      assert.is(await foreign.locator(".rules li").count(), 3);
    },
    { config: `${CONFIG}sourceCIDRs: [10.244.0.0/16]\n`, question: "10.244.1.7 → 10.1.2.3", tab: "plan" },
  ),
);

browserTest("the answer counts rules of other programs without a source or an interface", () =>
  withPage(
    async (page) => {
      assert.is(await text(page, "sees"), "sees the pod's address or the node's address");
      assert.match(
        await text(page, "answer-node"),
        /^On the node whose rules are pasted, a rule of Docker may translate this packet anyway, depending on the output interface: -s 10\.244\.0\.0\/16 ! -o docker0 -j MASQUERADE Show it$/,
      );
      await page.getByTestId("answer-node").getByRole("button", { name: "Show it" }).click();
      assert.is(await page.getByRole("tab", { name: "Plan" }).getAttribute("aria-selected"), "true");
      const field = page.getByRole("textbox", { name: "Where does a packet to" });
      await field.fill("10.244.1.7 → 10.1.2.3 via docker0");
      assert.is(await text(page, "sees"), "sees 10.244.1.7");
      assert.is(await page.getByTestId("answer-node").count(), 0);
      await field.fill("10.244.1.7 → 10.1.2.3 via eth0");
      assert.is(await text(page, "sees"), "sees the node's address");
    },
    {
      config: `${CONFIG}sourceCIDRs: [10.244.0.0/16]\n`,
      question: "10.1.2.3",
      observed: {
        ipv4: "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 10.244.0.0/16 ! -o docker0 -j MASQUERADE\nCOMMIT\n",
        ipv6: "",
        nftables: "",
      },
    },
  ),
);

test("pasted rules of both tools form one hook; unreadable ones are reported", () => {
  const places = (iptables: string, nftables: string) => {
    const { groups, unseen } = readPasted("ipv4", { iptables, nftables });
    return [...groups.flat().map(({ tool, table }) => `${tool} ${table}`), ...unseen.map(({ why }) => why)];
  };
  assert.equal(places("", ""), []);
  assert.equal(places(SAVED, LISTED), ["iptables-nft nat", "nft flannel-ipv4"]);
  // iptables shows more of a table that is in both.
  const nat = LISTED.replace("flannel-ipv4", "nat");
  assert.equal(places(SAVED, nat), ["iptables-nft nat"]);
  assert.equal(places("", nat), ["iptables-nft nat"]);
  assert.equal(places("", LISTED.replace("{\n", "{\n\tflags dormant\n")), []);
  assert.equal(places("", LISTED.replace("ip ", "ip6 ")), []);
  assert.match(places("*filter\nCOMMIT\n", "")[0] ?? "", /has no table nat/);
});

test.run();
