// The map.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { pointOf } from "../../src/preview/hilbert.ts";
import { markersIn } from "../../src/preview/markers.ts";
import { PRESETS } from "../../src/preview/presets.ts";
import { ipv4SpaceOf, stretchesOf, WHOLE } from "../../src/preview/space.ts";
import { browserTest, text, withPage } from "../page/browser.ts";
import { colourAt, placeOf } from "../page/map-places.ts";
import { policyOf } from "./evaluated.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

browserTest("a ConfigMap: the entry that decides is marked in the manifest", () =>
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

browserTest("the map: colours, hover, zoom by mouse and by keyboard", () =>
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
      // The block under the pointer.
      assert.match(await text(page, "readout"), /^192\.192\.0\.0\/16: masqueraded \(no entry contains it\)$/);
      assert.is.not(await colourAt(page, 168), await colourAt(page, 167));
      await map.focus();
      await page.keyboard.press("ArrowRight");
      assert.match(await text(page, "readout"), /^192\.\d+\.0\.0\/16: masqueraded \(no entry contains it\)$/);
      await page.keyboard.press("Enter");
      assert.match(await page.locator(".trail [aria-current]").innerText(), /^192\.\d+\.0\.0\/16$/);
      assert.match(await text(page, "readout"), /^192\.\d+\.0\.0\/24: /);
      await page.keyboard.press("Escape");
      assert.match(await text(page, "readout"), /^192\.\d+\.0\.0\/16: /);
      await page.keyboard.press("Escape");
      assert.match(await text(page, "readout"), /^192\.0\.0\.0\/8: /);
      await map.click({ position: await placeOf(page, 10) });
      await page.getByRole("button", { name: "0.0.0.0/0" }).click();
      assert.match(await text(page, "readout"), /^Point at a block/);
      assert.is(await page.locator(".trail [aria-current]").innerText(), "0.0.0.0/0");
      assert.match(await page.locator(".legend").innerText(), /kept 0\.39%/);
    },
    { config: CONFIG, tab: "map" },
  ),
);

browserTest("the order is explained, and small blocks have markers at every zoom", () =>
  withPage(
    async (page) => {
      await page.getByTestId("map-order").getByText("Hilbert curve", { exact: false }).waitFor();
      assert.match(await text(page, "map-order"), /Numbers label the squares: 10 is 10\.0\.0\.0\/8\.$/);
      // 198.51.100.0/24 is a 65,536th of its block, and would be a quarter of a pixel.
      const ringAt = (step: number) => page.locator(".map canvas").evaluate(countDark, placeInBlock(step));
      assert.ok((await ringAt(198)) > (await ringAt(199)) + 40, "a marker in its square");
      await page.locator(".map").click({ position: await placeOf(page, 198) });
      assert.match(await text(page, "map-order"), /: \.10 is 198\.10\.0\.0\/16\.$/);
      assert.ok((await ringAt(51)) > (await ringAt(53)) + 40, "and one step further in");
      await page.locator(".map").click({ position: await placeOf(page, 51) });
      // At this zoom it is a square, and needs no marker.
      assert.match(await text(page, "map-order"), /: \.10 is 198\.51\.10\.0\/24\.$/);
      assert.is.not(await colourAt(page, 100), await colourAt(page, 101));
      await page.locator(".map").click({ position: await placeOf(page, 100) });
      assert.match(await text(page, "map-order"), /: \.10 is the address 198\.51\.100\.10\.$/);
    },
    { config: "nonMasqueradeCIDRs: [198.51.100.0/24]\nmasqLinkLocal: true\n", tab: "map" },
  ),
);

/** The corner of a square on the canvas. */
const placeInBlock = (step: number): [number, number] => {
  const { x, y } = pointOf(16, step);
  return [x * 64, y * 64];
};

/** The number of dark pixels in a square of 64 × 64. */
const countDark = (canvas: Element, [x = 0, y = 0]: number[]) => {
  const data = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(x, y, 64, 64).data ?? [];
  let dark = 0;
  for (let i = 0; i < data.length; i += 4)
    if ((data[i] ?? 255) + (data[i + 1] ?? 255) + (data[i + 2] ?? 255) < 60) dark++;
  return dark;
};

test("markers show blocks that are small compared with their surroundings", () => {
  const markers = (list: string, block = WHOLE) => {
    const [policy] = policyOf(`nonMasqueradeCIDRs: [${list}]\nmasqLinkLocal: true\n`);
    if (!policy) return assert.unreachable(list);
    return markersIn(block, stretchesOf(ipv4SpaceOf(policy)), undefined, 65536).map(({ at, look }) => `${at} ${look}`);
  };
  assert.equal(markers(""), []);
  assert.equal(markers("10.0.0.0/8"), [], "large enough");
  assert.equal(markers("10.1.0.0/16"), ["2561 keep"]);
  assert.equal(markers("10.1.2.3/32"), ["2561 keep"]);
  assert.equal(markers("10.1.0.0/16, 10.3.0.0/16"), ["2561 keep"], "one for both");
  assert.equal(markers("10.1.0.0/16, 200.0.0.0/16"), ["2561 keep", "51200 keep"]);
  assert.equal(markers("10.1.0.0/16", { first: 10 * 2 ** 24, bits: 8 }), []);
  assert.equal(markers("10.1.1.1/32", { first: 10 * 2 ** 24, bits: 8 }), ["257 keep"]);
});

test.run();
