// The map.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PRESETS } from "../../src/preview/presets.ts";
import { browserTest, text, withPage } from "./browser.ts";
import { colourAt, placeOf } from "./map-places.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

browserTest("a ConfigMap: the entry that decides is marked where it stands in it", () =>
  withPage(
    async (page) => {
      await page.locator(".map").hover({ position: await placeOf(page, 10) });
      assert.is(await page.locator(".decides").innerText(), "10.0.0.0/8");
    },
    {
      config:
        Object.values(PRESETS)
          .flat()
          .find(({ name }) => name === "A ConfigMap")?.files ?? "",
      tab: "map",
    },
  ),
);

browserTest("the picture: colours, pointing, zooming by mouse and by keyboard", () =>
  withPage(
    async (page) => {
      assert.is.not(await colourAt(page, 10), await colourAt(page, 11));
      assert.is(await colourAt(page, 11), await colourAt(page, 200));
      const map = page.locator(".map");
      await map.hover({ position: await placeOf(page, 10) });
      assert.match(await text(page, "readout"), /^10\.\d+\.0\.0\/16: kept \(10\.0\.0\.0\/8, line 2\)$/);
      assert.is(await page.locator(".decides").innerText(), "10.0.0.0/8");
      await map.click({ position: await placeOf(page, 192) });
      assert.is(await page.locator(".trail [aria-current]").innerText(), "192.0.0.0/8");
      assert.is.not(await colourAt(page, 168), await colourAt(page, 167));
      await map.focus();
      await page.keyboard.press("ArrowRight");
      assert.match(await text(page, "readout"), /^192\.\d+\.0\.0\/16: masqueraded \(no entry contains it\)$/);
      await page.keyboard.press("Enter");
      assert.match(await page.locator(".trail [aria-current]").innerText(), /^192\.\d+\.0\.0\/16$/);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      assert.is(await page.locator(".trail [aria-current]").innerText(), "0.0.0.0/0");
      assert.match(await page.locator(".legend").innerText(), /kept 0\.39 %/);
    },
    { config: CONFIG, tab: "map" },
  ),
);

test.run();
