// The view Rules: the output of render.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFlags } from "../../src/cli/flags.ts";
import { settingsOf } from "../../src/cli/settings.ts";
import { BACKENDS, DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { isValid, rulesVectors } from "../fixtures.ts";
import { agent } from "../kernel/harness.ts";
import { browserTest, text, type, urlOf, withPage } from "../page/browser.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

browserTest("flags affect the rules; invalid values are reported at the flag", () =>
  withPage(
    async (page) => {
      await page.getByLabel("--enable-ipv6").check();
      await page.getByLabel("--random-fully").uncheck();
      await page.getByLabel("--masq-chain").fill("OTHER");
      await page.getByLabel("--to-ports").fill("1024-2000");
      assert.match(await text(page, "rules-ipv6"), /^# ip6tables-restore --noflush\n\*nat\n:OTHER - \[0:0\]\n/);
      const rules = await text(page, "rules-ipv4");
      assert.match(rules, /-p sctp .* --to-ports 1024-2000\n/);
      assert.not.match(rules, /random-fully/);
      await page.getByLabel("--to-ports").fill("2000-1024");
      assert.is(await page.getByLabel("--to-ports").getAttribute("aria-invalid"), "true");
      assert.match(await page.locator("#flag-ports-problem").innerText(), /\S/);
      await page.getByLabel("--nomasq-all-reserved-ranges").check();
      await page.getByLabel("--to-ports").fill("");
      await type(page, "{}\n");
      assert.match(await text(page, "rules-ipv4"), /-d 240\.0\.0\.0\/4 /);
    },
    { config: CONFIG, tab: "rules" },
  ),
);

browserTest("without a clipboard, as on plain http, the failure to copy is reported", () =>
  withPage(
    async (page) => {
      await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      await page.getByText("The browser does not allow copying").waitFor();
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByText("The link is in the address bar").waitFor();
    },
    { config: CONFIG, tab: "rules" },
  ),
);

browserTest("for every valid recorded case the page shows the output of render", () =>
  withPage(
    async (page) => {
      const cases = new Map(
        rulesVectors()
          .filter(isValid)
          .map((vector) => [JSON.stringify([vector.flags, vector.config]), vector]),
      );
      assert.ok(cases.size > 50);
      const folder = mkdtempSync(`${tmpdir()}/masq-page-`);
      try {
        const both = [...cases.values()].flatMap((one) => BACKENDS.map((backend) => ({ ...one, backend })));
        for (const { name, flags, config, backend } of both) {
          writeFileSync(`${folder}/config`, config ?? "");
          const args = ["render", `--to=${backend}`, `--config=${folder}/config`, ...flags];
          const { stdout, exit } = await agent(undefined, args);
          assert.is(exit, 0, name);
          const given = parseFlags(flags).flags;
          const set = settingsOf(parseFlags(flags));
          const state = {
            ...{ config: config ?? "", tab: "rules" as const },
            flags: {
              ...{ ...DEFAULT_FLAGS, ...set.policy, backend },
              reservedRanges: set.config.reservedRanges,
              ports: given.get("to-ports") ?? "",
            },
          };
          await page.evaluate((hash) => location.replace(`#${hash}`), (await urlOf(state)).split("#")[1] ?? "");
          const shown = () =>
            page
              .locator("[data-testid^=rules-]")
              .allTextContents()
              .then((all) => all.join(""));
          for (let i = 0; i < 50 && (await shown()) !== stdout; i++) await page.waitForTimeout(20);
          assert.is(await shown(), stdout, name);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    { tab: "rules" },
  ),
);

test.run();
