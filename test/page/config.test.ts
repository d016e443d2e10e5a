// Configs in the editors: presets, files, completion, fixes, and removal.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toConfigMap } from "../../src/preview/config-map.ts";
import { PRESETS } from "../../src/preview/presets.ts";
import { filesOf } from "../preview/evaluated.ts";
import { browserTest, editor, tab, text, type, withPage } from "./browser.ts";

browserTest("each preset is valid, gives a reason, and has a question that it answers", () =>
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
    // In the editor: a mark in the gutter for each line, with the message on hover.
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
    await page.getByText("This view is based on the last valid one", { exact: false }).waitFor();
    assert.is(await text(page, "rules-ipv4"), rules);
  }),
);

browserTest("keys are completed, with descriptions", () =>
  withPage(async (page) => {
    await type(page, "cidrLimit: 64\n");
    await page.keyboard.type("sou");
    const option = page.locator(".cm-tooltip-autocomplete li[aria-selected]");
    await option.getByText("sourceCIDRs").waitFor();
    await page.locator(".cm-completionInfo").getByText("Only packets from these sources", { exact: false }).waitFor();
    // The list ignores Enter for a moment after it opens, because it may belong to the text typed before.
    await page.waitForTimeout(200);
    await page.keyboard.press("Enter");
    await page.keyboard.type("[10.244.0.0/16]");
    assert.is((await editor(page).innerText()).trim(), "cidrLimit: 64\nsourceCIDRs: [10.244.0.0/16]");
    assert.is(await page.locator(".cm-tooltip-autocomplete").count(), 0);
    // A key that is already set is not offered again.
    await page.keyboard.type("\n");
    await page.keyboard.press("Control+Space");
    await page.locator(".cm-tooltip-autocomplete li").first().waitFor();
    const offered = await page.locator(".cm-tooltip-autocomplete li").allTextContents();
    assert.ok(
      offered.includes("masqueradeCIDRs") && !offered.includes("cidrLimit") && !offered.includes("sourceCIDRs"),
    );
    await page.keyboard.press("Escape");
    await editor(page).getByText("cidrLimit", { exact: true }).hover();
    await page.locator(".cm-key-info").getByText("The maximum number of entries", { exact: false }).waitFor();
  }),
);

browserTest("a suggested text is applied with one click, in the list and in the editor", () =>
  withPage(
    async (page) => {
      const fix = (name: string) => page.locator(".diagnostics").getByRole("button", { name, exact: true });
      await fix("Write 10.0.0.1/32").waitFor();
      await fix("Write 10.0.0.0/8").click();
      await fix("Write resyncInterval").click();
      await page.locator(".cm-lintRange-error").first().hover();
      await page.locator(".cm-diagnosticAction").click();
      await fix("Remove it").click();
      assert.is(
        (await editor(page).innerText()).trim(),
        'nonMasqueradeCIDRs:\n- 10.0.0.0/8 # pods\n- "192.168.0.0/16"\nresyncInterval: 60s',
      );
      assert.is(await text(page, "summary"), "valid: 2 CIDRs, resync every 1m0s");
    },
    {
      config: 'nonMasqueradeCIDRs:\n- 10.0.0.1/8 # pods\n- "192.168.0.0/016"\n- 10.0.0.0/8\nresyncIntervall: 60s\n',
    },
  ),
);

browserTest("IPv6 is enabled with one click too; replacing the user's config with a preset can be undone", () =>
  withPage(
    async (page) => {
      assert.match(await text(page, "summary"), /^invalid: 2 errors/);
      await page.getByRole("button", { name: "Turn on --enable-ipv6" }).click();
      assert.is(await text(page, "summary"), "valid: 2 CIDRs, resync every 1m0s");
      await page.getByLabel("Start from a preset").selectOption("flannel");
      await page.getByRole("button", { name: "Undo" }).click();
      assert.is(await text(page, "summary"), "valid: 2 CIDRs, resync every 1m0s");
    },
    { config: "nonMasqueradeCIDRs: ['fd00::/16', 'fd01::/16']\n" },
  ),
);

browserTest("several files have tabs; each diagnostic and entry names its file", () =>
  withPage(
    async (page) => {
      await page.getByRole("button", { name: "Add a file" }).click();
      await type(page, "nonMasqueradeCIDRs: [11.0.0.0/8]\nmasqLinkLocal: true\n");
      assert.is(await text(page, "summary"), "valid: 2 CIDRs, resync every 1m0s");
      await page.getByText("ip-masq-2.yaml line 1").waitFor();
      await type(page, "masqLinkLocal: false\nx: 1\n");
      await page.getByRole("button", { name: "config.yaml", exact: true }).click();
      assert.match(await editor(page).innerText(), /^nonMasqueradeCIDRs: \[10\.0\.0\.0\/8\]/);
      await page.locator(".diagnostics").getByRole("button", { name: "ip-masq-2.yaml" }).first().click();
      assert.match(await editor(page).innerText(), /^masqLinkLocal: false/);
      await page.getByRole("button", { name: "Remove ip-masq-2.yaml" }).click();
      assert.is(await text(page, "summary"), "valid: 1 CIDR, resync every 1m0s");
    },
    { config: "nonMasqueradeCIDRs: [10.0.0.0/8]\nmasqLinkLocal: true\n" },
  ),
);

browserTest("the config can be saved as a ConfigMap or as a file", () =>
  withPage(
    async (page) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("button", { name: "Copy as ConfigMap" }).click();
      await page.getByText("copied").waitFor();
      const manifest = await page.evaluate(() => navigator.clipboard.readText());
      assert.is(manifest, toConfigMap(filesOf("nonMasqueradeCIDRs: [10.0.0.0/8]\n")));
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download" }).first().click(),
      ]);
      assert.is(file.suggestedFilename(), "config.yaml");
    },
    { config: "nonMasqueradeCIDRs: [10.0.0.0/8]\n" },
  ),
);

browserTest("the page stays usable with ten thousand CIDRs", () =>
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
