// The entries as trees, and which packets the config applies to.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { browserTest, tab, text, type, withPage } from "../page/browser.ts";

browserTest("sources, interfaces, both lists and fixed addresses: what verdicts depend on, and their names", () =>
  withPage(
    async (page) => {
      assert.is(
        await text(page, "scope-ipv4"),
        "Only packets that come from 10.244.0.0/16 and leave through eth* or wlan0 are masqueraded or translated; all others keep their address.",
      );
      assert.match(
        await text(page, "scope-ipv6"),
        /^sourceCIDRs has no IPv6 range: every IPv6 packet keeps its address/,
      );
      await page.getByText("11.0.0.0/8").first().hover();
      assert.is(await page.locator(".decides").innerText(), "11.0.0.0/8");
      const rows = await page.locator(".tree .row").allInnerTexts();
      assert.equal(
        rows.map((row) => row.split("\n").slice(0, 2).join(" ")),
        [
          "0.0.0.0/0 masqueraded",
          "10.0.0.0/8 kept",
          "10.5.0.0/16 masqueraded",
          "11.0.0.0/8 translated to 203.0.113.5",
          "169.254.0.0/16 kept",
          "::/0 masqueraded",
          "2001:db8::/32 translated to 2001:db8::5-2001:db8::8",
          "fd00::/8 kept",
          "fd00:5::/32 masqueraded",
          "fe80::/10 kept",
        ],
      );
      await tab(page, "Rules");
      assert.match(await page.locator(".verdict-snat").first().innerText(), /^SNAT$/);
      await tab(page, "Flows");
      await page
        .getByRole("row", {
          name: /^11\.0\.0\.1 translated to 203\.0\.113\.5 11\.0\.0\.0\/8, line 4, if its source is in /,
        })
        .waitFor();
      // The map cannot show a change to the scope alone.
      await tab(page, "Entries");
      await page.getByRole("button", { name: "Compare", exact: true }).click();
      await type(page, "sourceCIDRs: []", "Before");
      await page.getByTestId("scope-ipv4").getByText("do not show this difference.", { exact: false }).waitFor();
    },
    {
      config:
        "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nmasqueradeCIDRs: [10.5.0.0/16, 'fd00:5::/32']\nsnat:\n- destinationCIDRs: [11.0.0.0/8]\n  to: 203.0.113.5\n- destinationCIDRs: ['2001:db8::/32']\n  to: 2001:db8::5-2001:db8::8\nsourceCIDRs: [10.244.0.0/16]\noutputInterfaces: [eth*, wlan0]\n",
      flags: { ...DEFAULT_FLAGS, ipv6: true },
      addresses: "10.5.0.1\n11.0.0.1\n",
    },
  ),
);

browserTest("the tree highlights only entries that change a verdict", () =>
  withPage(
    async (page) => {
      const rows = async (status: string) =>
        (await page.locator(`[data-testid=entries-ipv6] .tree .${status} > .row code`).allTextContents()).sort();
      assert.equal(await rows("added"), ["2001:db8::/33", "fd00:1::/48", "fd00:3::/32"]);
      assert.equal(await rows("removed"), ["2001:db8:4000::/34", "2001:db8::/34", "fd00:4::/32"]);
      assert.equal(await rows("changes"), ["fd00:3::/32", "fd00:4::/32"]);
    },
    {
      config: "nonMasqueradeCIDRs: ['fd00:1::/32', 'fd00:1::/48', '2001:db8::/33', 'fd00:3::/32']",
      before: "nonMasqueradeCIDRs: ['fd00:1::/32', '2001:db8::/34', '2001:db8:4000::/34', 'fd00:4::/32']",
      flags: { ...DEFAULT_FLAGS, ipv6: true },
    },
  ),
);

test.run();
