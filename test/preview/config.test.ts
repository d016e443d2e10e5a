// Configs in the editors: presets, files, completion, fixes, and taking them away.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PRESETS } from "../../src/preview/presets.ts";
import { browserTest, editor, tab, text, type, withPage } from "./browser.ts";

browserTest("the presets: each is valid, has its reason, and asks a question that it answers", () =>
  withPage(async (page) => {
    for (const { name, why, files, question } of Object.values(PRESETS).flat()) {
      await page.getByLabel("Start from a preset").selectOption(name);
      const isBroken = name.startsWith("Mistakes");
      assert.match(
        await text(page, "summary"),
        isBroken ? /^invalid: 3 errors, 1 warning$/ : /^valid: [^!]*resync every 1m0s$/,
        name,
      );
      assert.is(await text(page, "why"), `${name}. ${why}`);
      assert.is((await editor(page).innerText()).trim(), files[0]?.text.trim());
      assert.is(await page.getByRole("textbox", { name: "Where does a packet to" }).inputValue(), question);
      assert.match(await text(page, "because"), /^(kept|masqueraded|translated)/, name);
    }
    // In the editor itself: a mark in the gutter for each line, and the message for who points at it.
    assert.is(await page.locator(".cm-lint-marker-error").count(), 3);
    assert.is(await page.locator(".cm-lint-marker-warning").count(), 1);
    await page.locator(".cm-lintRange-error").first().hover();
    await page.getByText("10.0.0.1/8 is not aligned", { exact: false }).last().waitFor();
    assert.match(
      await page.locator(".cm-tooltip").innerText(),
      /10\.0\.0\.1\/8 is not aligned.*\[cidr-unaligned\]\nwrite 10\.0\.0\.0\/8/s,
    );
  }),
);

browserTest("typing fast loses nothing, and the last valid config stays in view", () =>
  withPage(async (page) => {
    await type(page, "");
    await page.keyboard.type("nonMasqueradeCIDRs: [10.0.0.0/8, 11.0.0.0/8]", { delay: 1 });
    assert.is(await text(page, "summary"), "valid: 2 CIDRs, resync every 1m0s");
    await tab(page, "Rules");
    const rules = await text(page, "rules-ipv4");
    assert.match(rules, /-d 11\.0\.0\.0\/8 /);
    await editor(page).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("x");
    assert.match(await text(page, "summary"), /^invalid/);
    await page.getByText("this view shows the last valid config", { exact: false }).waitFor();
    assert.is(await text(page, "rules-ipv4"), rules);
  }),
);

browserTest("keys are completed, with what they mean", () =>
  withPage(async (page) => {
    await type(page, "cidrLimit: 64\n");
    await page.keyboard.type("sou");
    const option = page.locator(".cm-tooltip-autocomplete li[aria-selected]");
    await option.getByText("sourceCIDRs").waitFor();
    await page.locator(".cm-completionInfo").getByText("Only packets from these sources", { exact: false }).waitFor();
    // For a moment after it opens, Enter is taken for one that was typed before.
    await page.waitForTimeout(200);
    await page.keyboard.press("Enter");
    await page.keyboard.type("[10.244.0.0/16]");
    assert.is((await editor(page).innerText()).trim(), "cidrLimit: 64\nsourceCIDRs: [10.244.0.0/16]");
    assert.is(await page.locator(".cm-tooltip-autocomplete").count(), 0);
    // One that is set is not offered again.
    await page.keyboard.type("\n");
    await page.keyboard.press("Control+Space");
    await page.locator(".cm-tooltip-autocomplete li").first().waitFor();
    const offered = await page.locator(".cm-tooltip-autocomplete li").allTextContents();
    assert.ok(
      offered.includes("masqueradeCIDRs") && !offered.includes("cidrLimit") && !offered.includes("sourceCIDRs"),
    );
    await page.keyboard.press("Escape");
    await editor(page).getByText("cidrLimit", { exact: true }).hover();
    await page.locator(".cm-key-info").getByText("Most entries", { exact: false }).waitFor();
  }),
);

browserTest("ten thousand CIDRs: they can be worked with", () =>
  withPage(
    async (page) => {
      assert.is(await text(page, "summary"), "valid: 10000 CIDRs, resync every 1m0s");
      assert.is(
        (await text(page, "rules-ipv4")).split("\n").filter((line) => line.endsWith("-j RETURN")).length,
        10_001,
      );
      await editor(page).click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type("# typed on", { delay: 5 });
      await page.waitForFunction(() => location.hash.length > 1);
    },
    {
      config: `cidrLimit: 10000\nnonMasqueradeCIDRs:\n${Array.from({ length: 10_000 }, (_, i) => `- 10.${i >> 8}.${i & 255}.0/24\n`).join("")}`,
      tab: "rules",
    },
  ),
);

test.run();
