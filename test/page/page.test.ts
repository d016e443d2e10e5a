// The page as one file, and the state it saves.
import { readFileSync, statSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { browserTest, editor, says, tab, text, type, withPage } from "./browser.ts";

const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

test("one file of bounded size, with its content security policy and without requests", () => {
  assert.ok(statSync("dist/preview.html").size <= 900 * 1024);
  const html = readFileSync("dist/preview.html", "utf8");
  const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  assert.match(
    policy,
    /^default-src 'none'; script-src 'sha256-[\w+/=]+' 'wasm-unsafe-eval'; style-src 'sha256-[\w+/=]+'; worker-src blob:;/,
  );
  assert.not.match(policy, /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:|\*/);
});

browserTest("a reload restores the state", () =>
  withPage(
    async (page) => {
      await type(page, "nonMasqueradeCIDRs: [12.0.0.0/8]");
      const before = page.url();
      await page.waitForFunction((url) => location.href !== url, before);
      await page.reload();
      await page.getByTestId("summary").waitFor();
      assert.is((await editor(page).innerText()).trim(), "nonMasqueradeCIDRs: [12.0.0.0/8]");
    },
    { config: CONFIG },
  ),
);

browserTest("a link contains the whole state", () =>
  withPage(
    async (page) => {
      await type(page, "nonMasqueradeCIDRs: [12.0.0.0/8]");
      await page.getByLabel("--masq-chain").fill("SHARED");
      await tab(page, "Rules");
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByText("link", { exact: false }).first().waitFor();
      const rules = await text(page, "rules-ipv4");
      const url = page.url();
      assert.match(url, /#[\w-]+$/);
      await page.goto("about:blank");
      await page.goto(url);
      assert.is(await text(page, "rules-ipv4"), rules);
      assert.match(rules, /:SHARED .*-d 12\.0\.0\.0\/8 /s);
    },
    { config: CONFIG },
  ),
);

browserTest("a damaged link is reported, on opening and later", () =>
  withPage(
    async (page) => {
      const url = page.url();
      await page.goto("about:blank");
      await page.goto(`${url.slice(0, -30)}`);
      await says(
        page,
        "notices",
        /^This link is damaged or incomplete; nothing could be read from it\. The page shows/,
      );
      assert.match(await editor(page).innerText(), /10\.200\.0\.0\/16/, "the example");
      await page.getByRole("button", { name: "Close" }).click();
      await page.evaluate(() => {
        location.hash = "#damaged";
      });
      await says(page, "notices", /^This link is damaged .* The page is unchanged\./);
    },
    { config: CONFIG },
  ),
);

browserTest("the keyboard reaches everything; arrow keys switch tabs", () =>
  withPage(
    async (page) => {
      const reached = new Set<string>();
      for (let i = 0; i < 30; i++) {
        await page.keyboard.press("Tab");
        reached.add(
          await page.evaluate(() => {
            const at = document.activeElement;
            return at?.getAttribute("aria-label") ?? at?.id ?? at?.textContent ?? "";
          }),
        );
      }
      for (const name of ["ask", "Start from a preset", "tab-entries", "flag-chain", "flag-ports"]) {
        assert.ok(reached.has(name), `${name} of ${[...reached].join(" | ")}`);
      }
      await page.getByRole("tab", { name: "Entries" }).focus();
      await page.keyboard.press("ArrowRight");
      assert.is(await page.locator("[role=tab][aria-selected=true]").innerText(), "Changes");
      await page.keyboard.press("End");
      assert.is(await page.locator("[role=tab][aria-selected=true]").innerText(), "Plan");
    },
    { config: CONFIG },
  ),
);

test.run();
