// The comparison of two configs.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { browserTest, editor, says, tab, text, type, withPage } from "./browser.ts";
import { colourAt, placeOf } from "./map-places.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

browserTest(
  "the blocks that change: largest first, each with its size and both verdicts, linked to editors and map",
  () =>
    withPage(
      async (page) => {
        await page.getByRole("button", { name: "Compare", exact: true }).click();
        assert.is(await page.getByRole("heading", { name: "Before" }).count(), 1);
        await type(page, "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 11.0.0.0/8\nmasqueradeCIDRs: [10.7.0.0/24]\n", "After");
        await tab(page, "Changes");
        await says(page, "changes-status", "The verdict changes for 3 blocks (16,843,008 addresses).");
        const rows = await page.getByTestId("blocks").getByRole("listitem").allInnerTexts();
        assert.equal(
          rows.map((row) => row.replace(/\s+/g, " ").trim()),
          [
            "11.0.0.0/8 16,777,216 addresses masqueraded → kept on the map no entry contains it → 11.0.0.0/8, line 3",
            "192.168.0.0/16 65,536 addresses kept → masqueraded on the map 192.168.0.0/16, line 3 → no entry contains it",
            "10.7.0.0/24 256 addresses kept → masqueraded on the map 10.0.0.0/8, line 2 → 10.7.0.0/24, line 4",
          ],
        );
        // The entries that decide are marked in both editors.
        await page.getByRole("button", { name: "10.7.0.0/24", exact: true }).click();
        assert.equal(await page.locator(".decides").allInnerTexts(), ["10.0.0.0/8", "10.7.0.0/24"]);
        await page.getByRole("button", { name: "Show 10.7.0.0/24 on the map" }).click();
        assert.is(await page.locator(".trail [aria-current]").innerText(), "10.7.0.0/16");
        // Before and After are labelled, can be swapped, and one can be removed.
        await page.getByRole("button", { name: "Swap" }).click();
        assert.match(await editor(page, "After").innerText(), /192\.168\.0\.0\/16/);
        await page.getByRole("button", { name: "Stop comparing" }).click();
        assert.is(await page.getByRole("heading", { name: "Before" }).count(), 0);
        assert.match(await editor(page).innerText(), /192\.168\.0\.0\/16/);
      },
      { config: CONFIG },
    ),
);

browserTest("changes are highlighted in the map, the trees, the flows and the rules", () =>
  withPage(
    async (page) => {
      const calm = await colourAt(page, 200);
      assert.is(await colourAt(page, 10), await colourAt(page, 11), "both change");
      assert.is.not(await colourAt(page, 10), calm);
      await page.locator(".map").hover({ position: await placeOf(page, 11) });
      assert.match(await text(page, "readout"), /: kept \(11\.0\.0\.0\/8, line 1\); before: masqueraded/);
      await tab(page, "Entries");
      const entry = (status: string) => page.locator(`[data-testid=entries-ipv6] .${status} > .row code`).innerText();
      assert.is(await entry("added"), "fd00:1::/32");
      assert.is(await entry("removed"), "fd00::/32");
      await tab(page, "Flows");
      await says(page, "counted", "3 lines, 2 change");
      assert.is(await page.locator("tr.changed").count(), 2);
      await page.getByLabel("changed lines only").check();
      await says(page, "matching", "2 matching lines");
      await tab(page, "Changes");
      await says(page, "flows-changed", "2 of 3 flows change.");
      assert.equal(
        (await page.getByTestId("turns").getByRole("listitem").allInnerTexts()).map((row) => row.replace(/\s+/g, " ")),
        [
          "1 kept → masqueraded 10.0.0.0/8, line 1 → no entry contains it",
          "1 masqueraded → kept no entry contains it → 11.0.0.0/8, line 1",
        ],
      );
      await tab(page, "Rules");
      const diff = async (kind: string) =>
        (await page.locator(`[data-testid=rules-ipv4] ${kind}`).allInnerTexts()).join("");
      assert.match(await diff("del"), /^- -A .* -d 10\.0\.0\.0\/8 .*RETURN\s*$/);
      assert.match(await diff("ins"), /^\+ -A .* -d 11\.0\.0\.0\/8 .*RETURN\s*$/);
      assert.match(await text(page, "rules-ipv4"), /^ {2}\*nat$/m, "lines that stay");
    },
    {
      config: "nonMasqueradeCIDRs: [11.0.0.0/8, 'fd00:1::/32']",
      before: "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/32']",
      flags: { ...DEFAULT_FLAGS, ipv6: true },
      addresses: "10.0.0.1\n11.0.0.1\n12.0.0.1\n",
      tab: "map",
    },
  ),
);

browserTest("changed settings are listed too; no change and an invalid config are reported", () =>
  withPage(
    async (page) => {
      await says(page, "changes-status", "No verdict changes, but settings do.");
      assert.equal(await page.getByTestId("settings-ipv4").getByRole("listitem").allInnerTexts(), [
        "source addresses: any → 10.244.0.0/16",
      ]);
      await type(page, `${CONFIG}sourceCIDRs: [10.244.0.0/16]\nmasqueradeCIDRs: [10.7.0.0/16]\n`, "After");
      await says(
        page,
        "changes-status",
        "The verdict changes for 1 block (65,536 addresses). The settings below change too, and with them which packets the rules apply to.",
      );
      await type(page, `${CONFIG}resyncInterval: 5m\n`, "After");
      await says(page, "changes-status", "No verdict changes, but settings do.");
      assert.equal(await page.getByTestId("settings").getByRole("listitem").allInnerTexts(), [
        "resync interval: 1m0s → 5m0s",
      ]);
      await type(page, CONFIG, "After");
      await says(page, "changes-status", "No verdict changes.");
      await type(page, "nonMasqueradeCIDRs: [x]", "Before");
      assert.match(await text(page, "summary-before"), /^invalid: 1 error/);
      assert.is(await text(page, "stale-before"), "Before is invalid, so nothing is compared.");
      await tab(page, "Entries");
      assert.is(await page.getByTestId("stale-before").count(), 1);
    },
    { config: `${CONFIG}sourceCIDRs: [10.244.0.0/16]\n`, before: CONFIG, tab: "changes" },
  ),
);

test.run();
