// Accessibility of the page: contrast, names, reading order, narrow screens, touch.
import axe from "axe-core";
import type { Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { version } from "../../package.json";
import { DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { browserTest, says, tab, text, withPage } from "./browser.ts";
import { placeOf } from "./map-places.ts";

const BOTH_FAMILIES =
  "nonMasqueradeCIDRs: [10.0.0.0/8, 172.20.0.0/16, 'fd00:10::/32']\nmasqueradeCIDRs: [10.200.0.0/16]\n";

/** The findings of axe-core. */
async function findingsOf(page: Page): Promise<readonly string[]> {
  // A script element would need a hash in the page's policy.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(`${axe.source}; 0`);
  const { violations } = (await page.evaluate("axe.run()")) as import("axe-core").AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`no accessibility findings, and nothing cut off on a narrow screen (${colorScheme})`, () =>
    withPage(
      async (page) => {
        for (const width of [1400, 320]) {
          await page.setViewportSize({ width, height: 800 });
          for (const name of ["Entries", "Changes", "Map", "Flows", "Rules", "Plan"]) {
            await tab(page, name);
            // Colours are the same at every width, and the order is the same in both colour schemes.
            if (width > 1000 || colorScheme === "light") assert.equal(await findingsOf(page), [], `${name}, ${width}`);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
            assert.not(wide, `${name} is wider than ${width}`);
          }
        }
      },
      {
        config: `${BOTH_FAMILIES}sourceCIDRs: [10.244.0.0/16]\nsnat: [{ destinationCIDRs: [198.51.100.0/24], to: 203.0.113.5 }]\n`,
        // One comparison is with an incomplete config, the other with a valid one.
        before: `nonMasqueradeCIDRs: [10.0.0.0/${colorScheme === "dark" ? 33 : 9}]\n`,
        flags: { ...DEFAULT_FLAGS, ipv6: true, backend: colorScheme === "dark" ? "nftables" : "iptables" },
        addresses: "10.0.0.1\nx\n8.8.8.8\n",
        observed: { ipv4: "*nat\nCOMMIT\n", ipv6: "x", nftables: "table ip x {\n}\n" },
      },
      { colorScheme },
    ),
  );
}

browserTest("on a phone: the answer is in view, touch targets are large enough, and texts say tap", () =>
  withPage(
    async (page) => {
      const way = await page.getByTestId("way").boundingBox();
      assert.ok(way && way.y + way.height < 480, "the answer is in view at once");
      const tabs = await page.getByRole("tablist").boundingBox();
      assert.ok(tabs && tabs.y < 844, "the views begin on the first screen");
      // The editor expands.
      assert.not(await page.getByRole("textbox", { name: "Config", exact: true }).isVisible());
      await page.getByText("Edit config.yaml").tap();
      await page.getByRole("textbox", { name: "Config", exact: true }).waitFor();
      await page.getByRole("button", { name: "Copy as ConfigMap" }).waitFor();
      const order = await page.evaluate(() =>
        [".ask", ".config", ".flags", ".tabs"].map(
          (name) => document.querySelector(name)?.getBoundingClientRect().top ?? 0,
        ),
      );
      assert.equal(
        order,
        [...order].sort((a, b) => a - b),
      );
      for (const name of ["Entries", "Changes", "Map", "Flows", "Rules", "Plan"]) {
        await tab(page, name);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll("button:not(.link), select, summary, input[type=text]")]
            .filter((one) => one.getBoundingClientRect().height > 0 && one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML),
        );
        assert.equal(small, [], name);
      }
      await tab(page, "Map");
      assert.match(await text(page, "readout"), /^Tap a block/);
      await page.locator(".map").tap({ position: await placeOf(page, 10) });
      await says(page, "readout", /^10\.\d+\.0\.0\/16: /);
      assert.is(await page.locator(".trail [aria-current]").innerText(), "0.0.0.0/0");
      await page.locator(".map").tap({ position: await placeOf(page, 10) });
      assert.is(await page.locator(".trail [aria-current]").innerText(), "10.0.0.0/8");
    },
    { config: BOTH_FAMILIES, question: "10.244.1.7 → 10.200.8.1", flags: { ...DEFAULT_FLAGS, ipv6: true } },
    { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  ),
);

browserTest("the help explains masquerading with diagrams, inside the page", () =>
  withPage(
    async (page) => {
      for (const width of [1400, 390]) {
        await page.setViewportSize({ width, height: 800 });
        await page.getByRole("button", { name: "Help", exact: true }).click();
        const help = page.getByRole("dialog", { name: "Help" });
        await help.getByRole("heading", { name: "How masquerading works" }).waitFor();
        await help.getByText("The kernel consults NAT rules only for the first packet").waitFor();
        const sizes = await help
          .getByRole("img")
          .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth));
        assert.ok(sizes.length === 2 && sizes.every((size) => size > 0), `pictures: ${sizes}`);
        assert.equal(await findingsOf(page), [], `${width}`);
        await page.keyboard.press("Escape");
        await help.waitFor({ state: "detached" });
      }
      await page.getByRole("button", { name: "Help", exact: true }).click();
      await page.getByRole("button", { name: "Close the help" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
    },
    { config: BOTH_FAMILIES },
  ),
);

browserTest("the target of each rule is visible in Rules and Plan, without horizontal scrolling", () =>
  withPage(
    async (page) => {
      for (const width of [1400, 900, 390]) {
        await page.setViewportSize({ width, height: 900 });
        for (const name of ["Rules", "Plan"]) {
          await tab(page, name);
          const isCut = await page
            .locator(".code")
            .first()
            .evaluate((code) => code.scrollWidth > code.clientWidth);
          assert.not(isCut, `${name}, ${width}`);
        }
      }
      const link = page.getByRole("link", { name: "Kubernetes: IP masquerade agent" });
      assert.match((await link.getAttribute("href")) ?? "", /^https:\/\/kubernetes\.io\/docs\//);
      await page.locator("footer").getByText(`ip-masq-agent ${version}`, { exact: false }).waitFor();
      await page.getByText("What the config keys mean").click();
      await page.locator("dt").getByText("sourceCIDRs").waitFor();
    },
    {
      config: BOTH_FAMILIES,
      flags: { ...DEFAULT_FLAGS, ipv6: true },
      observed: { ipv4: "*nat\nCOMMIT\n", ipv6: "", nftables: "" },
    },
  ),
);

test.run();
