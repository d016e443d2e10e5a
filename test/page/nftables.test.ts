// The preview page with the nftables backend.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatChange } from "../../src/backends/iptables/index.ts";
import { desiredTable, diffTable, readTable, render } from "../../src/backends/nftables/index.ts";
import { DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { policyOf } from "../preview/evaluated.ts";
import { browserTest, text, type, withPage } from "./browser.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- fd00::/8\n";
const FLAGS = { ...DEFAULT_FLAGS, backend: "nftables", ipv6: true } as const;
const OTHER = 'table inet firewalld {\n\tchain x {\n\t\tcomment "}"\n\t}\n}\n';

const policies = () => policyOf(CONFIG, FLAGS);

/** nft's listing once the policy's tables are in place, with counters on the elements. */
const listed = (table: string) =>
  render(policies(), table)
    .map(({ transaction }) => transaction.replace(/^(?:add|delete) table.*\n/gm, ""))
    .join("")
    .replace(/(10\.0\.0\.0\/8|fd00::\/8|169\.254\.0\.0\/16|fe80::\/10) :/g, "$1 counter packets 1 bytes 60 :");

browserTest("the backend is a flag; the rules are those that render prints for it", () =>
  withPage(
    async (page) => {
      assert.match(await text(page, "rules-ipv4"), /^# iptables-restore --noflush\n/);
      assert.is(await page.getByLabel("--nft-table").count(), 0);
      await page.getByLabel("--backend").selectOption("nftables");
      const [ipv4] = render(policies(), "ip-masq-agent");
      assert.is(await text(page, "rules-ipv4"), `# nft -f\n${ipv4?.transaction}`);
      const coloured = await page.locator(".verdict-masquerade").allInnerTexts();
      assert.equal(coloured, ["masquerade", "masq", "masquerade", "masq"]);
      await page.getByLabel("--nft-table").fill("other");
      assert.match(await text(page, "rules-ipv6"), /^# nft -f\nadd table ip6 other\n/);
      await page.getByLabel("--nft-table").fill("0 x");
      assert.match(await page.locator("#flag-table-problem").innerText(), /^a table's name begins with a letter/);
      assert.match(await text(page, "rules-ipv6"), /^# nft -f\nadd table ip6 other\n/);
      // A name that is not used is not checked.
      await page.getByLabel("--backend").selectOption("iptables");
      assert.match(await text(page, "rules-ipv4"), /^# iptables-restore --noflush\n/);
    },
    { config: CONFIG, flags: { ...FLAGS, backend: "iptables" }, tab: "rules" },
  ),
);

browserTest("a config with enforceNonMasquerade shows nftables, and the reason", () =>
  withPage(
    async (page) => {
      const choice = page.getByLabel("--backend");
      await type(page, "nonMasqueradeCIDRs: [10.0.0.0/8]\nsourceCIDRs: [10.244.0.0/16]\nenforceNonMasquerade: true\n");
      assert.is(await choice.inputValue(), "nftables");
      assert.ok(await choice.isDisabled());
      await page.getByText("enforceNonMasquerade needs nftables", { exact: false }).waitFor();
      assert.match(await text(page, "rules-ipv4"), /ip daddr @kept snat to ip saddr/);
      await page.getByRole("tab", { name: "Entries" }).click();
      assert.match(
        await text(page, "scope-ipv4"),
        /^Only packets that come from 10\.244.* enforceNonMasquerade is set: no other program /,
      );
      await page.getByRole("tab", { name: "Flows" }).click();
      await page.getByLabel("Lines of a log, or addresses").fill("10.1.2.3");
      await page.getByText("enforceNonMasquerade is set: no other program", { exact: false }).waitFor();
      await type(page, CONFIG.replace("- fd00::/8\n", ""));
      assert.is(await choice.inputValue(), "iptables");
      assert.ok(await choice.isEnabled());
      assert.is(await page.getByText("enforceNonMasquerade is set: no other program", { exact: false }).count(), 0);
    },
    { config: CONFIG, flags: DEFAULT_FLAGS, tab: "rules" },
  ),
);

browserTest("the plan for a pasted ruleset, both families at once", () =>
  withPage(
    async (page) => {
      const field = page.getByLabel("nft list ruleset");
      await field.fill(`${OTHER}${listed("ip-masq-agent")}`);
      assert.is(await text(page, "plan-status-ipv4"), "IPv4: in sync");
      assert.is(await text(page, "plan-status-ipv6"), "IPv6: in sync");
      // Terminals turn tabs into spaces.
      await field.fill(listed("ip-masq-agent").replaceAll("\t", "        "));
      assert.is(await text(page, "plan-status-ipv6"), "IPv6: in sync");
      const drifted = listed("ip-masq-agent").replace(/10\.0\.0\.0\/8 counter/, "10.0.0.0/9 counter");
      await field.fill(drifted);
      assert.is(await text(page, "plan-status-ipv4"), "IPv4: rules and elements: 1 to add, 1 to remove");
      const [ipv4] = policies();
      if (!ipv4) return assert.unreachable();
      const changes = diffTable(
        desiredTable(ipv4, "ip-masq-agent"),
        readTable(drifted, "ipv4", "ip-masq-agent"),
      )?.changes;
      assert.is((await text(page, "plan-ipv4")).trimEnd(), changes?.map(formatChange).join("\n"));
      assert.is(await text(page, "plan-status-ipv6"), "IPv6: in sync");
      await field.fill(OTHER);
      assert.match(await text(page, "plan-status-ipv4"), /^IPv4: rules and elements: \d+ to add, 0 to remove$/);
      await field.fill(`root@node:~# nft list ruleset\n${listed("ip-masq-agent")}`);
      assert.is(
        await text(page, "plan-status-ipv4"),
        "this is not the output of nft list ruleset: line 1 is not inside a table: root@node:~# nft list ruleset",
      );
      assert.is(await text(page, "plan-status-ipv6"), "");
    },
    { config: CONFIG, flags: FLAGS, tab: "plan" },
  ),
);

test.run();
