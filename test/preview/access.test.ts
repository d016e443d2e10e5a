// The page for everybody: contrast, names and order, narrow screens, fingers.
import axe from "axe-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { browserTest, tab, withPage } from "./browser.ts";

const BOTH_FAMILIES =
  "nonMasqueradeCIDRs: [10.0.0.0/8, 172.20.0.0/16, 'fd00:10::/32']\nmasqueradeCIDRs: [10.200.0.0/16]\n";

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`no serious accessibility findings, and nothing cut off on a narrow screen (${colorScheme})`, () =>
    withPage(
      async (page) => {
        for (const width of [1400, 320]) {
          await page.setViewportSize({ width, height: 800 });
          for (const name of ["Entries", "Changes", "Map", "Flows", "Rules", "Plan"]) {
            await tab(page, name);
            // A script element would need a hash in the page's policy.
            const { violations } = (await page.evaluate(`${axe.source}; axe.run()`)) as import("axe-core").AxeResults;
            const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
            assert.equal(
              serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
              [],
              `${name}, ${width}`,
            );
            const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
            assert.not(wide, `${name} is wider than ${width}`);
          }
        }
      },
      {
        config: `${BOTH_FAMILIES}sourceCIDRs: [10.244.0.0/16]\nsnat: [{ destinationCIDRs: [198.51.100.0/24], to: 203.0.113.5 }]\n`,
        before: "# typed half\nnonMasqueradeCIDRs: [10.0.0.0/33]",
        flags: { ...DEFAULT_FLAGS, ipv6: true, backend: colorScheme === "dark" ? "nftables" : "iptables" },
        addresses: "10.0.0.1\nx\n8.8.8.8\n",
        observed: { ipv4: "*nat\nCOMMIT\n", ipv6: "x", nftables: "table ip x {\n}\n" },
      },
      { colorScheme },
    ),
  );
}

test.run();
