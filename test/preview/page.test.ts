// The preview page as a person uses it.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredChain, diffChain, formatChange, formatTable, readObserved } from "../../src/backends/iptables/index.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import { settingsOf } from "../../src/cli/settings.ts";
import { evaluate } from "../../src/preview/evaluate.ts";
import { EXAMPLES } from "../../src/preview/examples.ts";
import { pointOf } from "../../src/preview/hilbert.ts";
import { BACKENDS, DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { isValid, rulesVectors } from "../fixtures.ts";
import { agent } from "../kernel/harness.ts";
import { browserTest, editor, type, urlOf, withPage } from "./browser.ts";

const tab = (page: Page, name: string) => page.getByRole("tab", { name, exact: true }).click();
const text = async (page: Page, testid: string) => (await page.getByTestId(testid).textContent()) ?? "";
const CONFIG = "nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 192.168.0.0/16 # home\n";

test("one file of bounded size that carries its policy and asks for nothing", () => {
  assert.ok(statSync("dist/preview.html").size <= 900 * 1024);
  const html = readFileSync("dist/preview.html", "utf8");
  const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  assert.match(
    policy,
    /^default-src 'none'; script-src 'sha256-[\w+/=]+' 'wasm-unsafe-eval'; style-src 'sha256-[\w+/=]+'; worker-src blob:;/,
  );
  assert.not.match(policy, /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:|\*/);
});

browserTest("the examples, and what each says of itself", () =>
  withPage(async (page) => {
    const expected = [
      /^valid: 3 CIDRs, resync every 1m0s$/,
      /^valid: 1 CIDR, resync every 1m0s$/,
      /^valid: 4 CIDRs, resync every 1m0s$/,
      /^valid: 1 CIDR, resync every 1m0s$/,
      /^valid: 2 CIDRs, resync every 1m0s$/,
      /^valid: 1 CIDR, resync every 1m0s$/,
      /^invalid: 3 errors, 1 warning$/,
    ];
    for (const [i, { config }] of EXAMPLES.entries()) {
      await page.getByLabel("Start from an example").selectOption(String(i));
      assert.match(await text(page, "summary"), expected[i] ?? /x/);
      assert.is((await editor(page).innerText()).trim(), config.trim());
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
    await page.getByText("this is of the last valid one", { exact: false }).waitFor();
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
    await page.getByText("cidrLimit", { exact: true }).hover();
    await page.locator(".cm-key-info").getByText("Most entries", { exact: false }).waitFor();
  }),
);

browserTest("sources, interfaces, both lists and fixed addresses: on what verdicts depend, and their names", () =>
  withPage(
    async (page) => {
      assert.is(
        await text(page, "scope-ipv4"),
        "Only packets that come from 10.244.0.0/16 and leave by eth* or wlan0 are masqueraded or translated; all others keep their address.",
      );
      assert.match(
        await text(page, "scope-ipv6"),
        /^sourceCIDRs has no IPv6 range: every IPv6 packet keeps its address/,
      );
      assert.match(await page.locator(".legend").innerText(), /translated 0\.39 %/);
      await page.locator(".map").hover({ position: await placeOf(page, 11) });
      assert.match(await text(page, "readout"), /: translated to 203\.0\.113\.5 \(11\.0\.0\.0\/8, line 4\)$/);
      assert.is(await page.locator(".decides").innerText(), "11.0.0.0/8");
      const colours = await Promise.all([10, 11, 12].map((step) => colourAt(page, step)));
      assert.is(new Set(colours).size, 3);
      const rows = await page.locator(".tree .row").allInnerTexts();
      assert.equal(
        rows.map((row) => row.split("\n").slice(0, 2).join(" ")),
        [
          "::/0 masqueraded",
          "2001:db8::/32 translated to 2001:db8::5-2001:db8::8",
          "fd00::/8 kept",
          "fd00:5::/32 masqueraded",
          "fe80::/10 kept",
        ],
      );
      await tab(page, "Rules");
      assert.match(await page.locator(".verdict-snat").first().innerText(), /^SNAT$/);
      await tab(page, "Try an address");
      await page
        .getByRole("row", {
          name: /^11\.0\.0\.1 translated to 203\.0\.113\.5 11\.0\.0\.0\/8, line 4, if its source is in /,
        })
        .waitFor();
      // A scope that alone differs is no change that the map can show.
      await tab(page, "Picture");
      await page.getByRole("button", { name: "Compare", exact: true }).click();
      await type(page, "sourceCIDRs: []", "Config to compare with");
      await page.getByTestId("scope-ipv4").getByText("This difference is not marked.", { exact: false }).waitFor();
    },
    {
      config:
        "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nmasqueradeCIDRs: [10.5.0.0/16, 'fd00:5::/32']\nsnat:\n- destinationCIDRs: [11.0.0.0/8]\n  to: 203.0.113.5\n- destinationCIDRs: ['2001:db8::/32']\n  to: 2001:db8::5-2001:db8::8\nsourceCIDRs: [10.244.0.0/16]\noutputInterfaces: [eth*, wlan0]\n",
      flags: { ...DEFAULT_FLAGS, ipv6: true },
      addresses: "10.5.0.1\n11.0.0.1\n",
    },
  ),
);

browserTest("a ConfigMap: the entry that decides is marked where it stands in it", () =>
  withPage(
    async (page) => {
      await page.locator(".map").hover({ position: await placeOf(page, 10) });
      assert.is(await page.locator(".decides").innerText(), "10.0.0.0/8");
    },
    { config: EXAMPLES.find(({ name }) => name === "A ConfigMap")?.config ?? "" },
  ),
);

browserTest("flags shape the rules, and bad ones are told where they stand", () =>
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

browserTest("the plan for a node whose rules are pasted", () =>
  withPage(
    async (page) => {
      const [policy] = evaluate(CONFIG, DEFAULT_FLAGS).policy ?? [];
      if (!policy) return assert.unreachable();
      const foreign = "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 1.2.3.0/24 -j MASQUERADE\n";
      await page.getByLabel("iptables-save -t nat").fill(`${foreign}COMMIT\n`);
      assert.is(await text(page, "plan-said-ipv4"), "rules: 5 to add, 0 to remove");
      const { jump, rules } = desiredChain(policy);
      const lines = [`-A POSTROUTING ${jump}`, ...rules.map((rule) => `-A ${policy.chain} ${rule}`)];
      const inSync = formatTable(policy.chain, true, lines);
      await page.getByLabel("iptables-save -t nat").fill(inSync);
      assert.is(await text(page, "plan-said-ipv4"), "in sync");
      const drifted = inSync.replace(/.*-d 10\.0.*\n/, "");
      await page.getByLabel("iptables-save -t nat").fill(drifted);
      assert.is(await text(page, "plan-said-ipv4"), "rules: 1 to add, 0 to remove");
      const changes = diffChain(desiredChain(policy), readObserved(new TextEncoder().encode(drifted), policy.chain));
      assert.is((await text(page, "plan-ipv4")).trimEnd(), changes?.changes.map(formatChange).join("\n"));
      await page.getByLabel("iptables-save -t nat").fill("*filter\nCOMMIT\n");
      assert.match(await text(page, "plan-said-ipv4"), /^this is not a dump of table nat: /);
    },
    { config: CONFIG, tab: "plan" },
  ),
);

browserTest("addresses: one, many, and a file of them", () =>
  withPage(
    async (page) => {
      const field = page.getByLabel("Addresses, one a line", { exact: false });
      const decides = page.locator(".decides");
      await field.pressSequentially("10.1.2.3");
      await page.getByRole("cell", { name: "kept" }).waitFor();
      // The entry that decides about a single address is marked where it stands, and only while it does.
      await decides.getByText("10.0.0.0/8").waitFor();
      await field.fill("8.8.8.8");
      await page.getByRole("cell", { name: "no entry contains it" }).waitFor();
      assert.is(await decides.count(), 0);
      await field.fill("192.168.1.1");
      await decides.getByText("192.168.0.0/16").waitFor();
      await tab(page, "Rules");
      await decides.waitFor({ state: "detached" });
      await tab(page, "Try an address");
      await field.fill("10.1.2.3\n8.8.8.8\nnothing here\n192.168.1.1\n192.168.1.2\n");
      await page.getByTestId("counted").getByText("5 lines, 1 without an address").waitFor();
      const rows = await page.getByTestId("entries").getByRole("row").allInnerTexts();
      assert.equal(
        rows.slice(1).map((row) => row.split("\t").map((cell) => cell.trim())),
        [
          ["192.168.0.0/16, line 3", "kept", "2"],
          ["10.0.0.0/8, line 2", "kept", "1"],
          ["no entry contains it", "masqueraded", "1"],
        ],
      );
      await page.getByRole("row", { name: /192\.168\.1\.2/ }).hover();
      await decides.getByText("192.168.0.0/16").waitFor();

      const lines = Array.from({ length: 200_000 }, (_, i) => `${i & 1 ? "10" : "9"}.${i & 255}.0.1`).join("\n");
      await page
        .getByLabel("Open a file")
        .setInputFiles({ name: "flows.log", mimeType: "text/plain", buffer: Buffer.from(lines) });
      await page.getByTestId("counted").getByText("200,000 lines").waitFor();
      await page.getByTestId("entries").getByRole("row", { name: "10.0.0.0/8, line 2 kept 100,000" }).waitFor();
      await tab(page, "Picture");
      await tab(page, "Try an address");
      await page.getByTestId("counted").getByText("200,000 lines").waitFor();
      assert.is(page.workers().length, 1);
      await page.getByRole("button", { name: "Close the file" }).click();
      await page.getByTestId("counted").getByText("5 lines").waitFor();

      // A flow log has the pod first: who asks about destinations says where they stand.
      await field.fill("tcp 6 ESTABLISHED src=10.0.0.5 dst=8.8.8.8 sport=1 dport=2\n");
      await page.getByRole("cell", { name: "10.0.0.5", exact: true }).waitFor();
      await page.getByLabel("The address is").selectOption("key");
      await page.getByRole("cell", { name: "8.8.8.8", exact: true }).waitFor();
      await page.getByLabel("The address is").selectOption("field");
      await page.getByRole("textbox", { name: "Field number" }).fill("4");
      await page.getByRole("cell", { name: "10.0.0.5", exact: true }).waitFor();

      // An invalid config answers by the last valid one, and a line of megabytes does no harm.
      await type(page, "nonMasqueradeCIDRs: [x]");
      await page.getByLabel("The address is").selectOption("first");
      await field.fill("192.168.3.4");
      await page.getByRole("cell", { name: "192.168.0.0/16, line 3" }).waitFor();
      const long = `10.0.0.1 ${"x".repeat(5_000_000)}`;
      const input = page.getByLabel("Open a file");
      await input.setInputFiles({ name: "long.log", mimeType: "text/plain", buffer: Buffer.from(long) });
      await page.getByRole("cell", { name: /^10\.0\.0\.1 x+…$/ }).waitFor();
    },
    { config: CONFIG, tab: "addresses" },
  ),
);

/** The colour of the map at the middle of a step of its 16 × 16 curve, as `r,g,b`. */
const colourAt = (page: Page, step: number) => {
  const { x, y } = pointOf(16, step);
  return page.locator(".map canvas").evaluate(
    (canvas, [x = 0, y = 0]) => {
      const context = (canvas as HTMLCanvasElement).getContext("2d");
      return [...(context?.getImageData(x * 64 + 40, y * 64 + 50, 1, 1).data ?? [])].join();
    },
    [x, y],
  );
};

/** Where a step is on the screen, from the map's corner. */
async function placeOf(page: Page, step: number) {
  const { x, y } = pointOf(16, step);
  const box = await page.locator(".map").boundingBox();
  const cell = (box?.width ?? 0) / 16;
  return { x: (x + 0.5) * cell, y: (y + 0.5) * cell };
}

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
    { config: CONFIG },
  ),
);

browserTest("two configs compared: what changes lights up, in the map, the tree and the addresses", () =>
  withPage(
    async (page) => {
      const calm = await colourAt(page, 200);
      assert.is(await colourAt(page, 10), await colourAt(page, 11), "both change");
      assert.is.not(await colourAt(page, 10), calm);
      await page.locator(".map").hover({ position: await placeOf(page, 11) });
      assert.match(await text(page, "readout"), /: kept \(11\.0\.0\.0\/8, line 1\); before: masqueraded/);
      assert.is(
        await page
          .locator(".tree .added")
          .innerText()
          .then((row) => row.split("\n")[0]),
        "fd00:1::/32",
      );
      assert.is(
        await page
          .locator(".tree .removed")
          .innerText()
          .then((row) => row.split("\n")[0]),
        "fd00::/32",
      );
      await tab(page, "Try an address");
      await page.getByTestId("counted").getByText("3 lines, 2 change").waitFor();
      assert.is(await page.locator("tr.changed").count(), 2);
      await page.getByRole("button", { name: "Stop comparing" }).click();
      await page
        .getByTestId("counted")
        .getByText(/^3 lines$/)
        .waitFor();
    },
    {
      config: "nonMasqueradeCIDRs: [11.0.0.0/8, 'fd00:1::/32']",
      compare: "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/32']",
      flags: { ...DEFAULT_FLAGS, ipv6: true },
      addresses: "10.0.0.1\n11.0.0.1\n12.0.0.1\n",
    },
  ),
);

browserTest("an invalid config to compare with is said, and compares nothing", () =>
  withPage(
    async (page) => {
      assert.match(await text(page, "summary-compare"), /^invalid: 1 error/);
      await page.getByText("nothing is compared", { exact: false }).waitFor();
      await tab(page, "Try an address");
      await page
        .getByTestId("counted")
        .getByText(/^2 lines$/)
        .waitFor();
    },
    { config: CONFIG, compare: "nonMasqueradeCIDRs: [x]", addresses: "10.0.0.1\n8.8.8.8\n" },
  ),
);

browserTest("in the tree only what changes a verdict lights up", () =>
  withPage(
    async (page) => {
      const rows = async (status: string) =>
        (await page.locator(`.tree .${status} > .row > code`).allTextContents()).sort();
      assert.equal(await rows("added"), ["2001:db8::/33", "fd00:1::/48", "fd00:3::/32"]);
      assert.equal(await rows("removed"), ["2001:db8:4000::/34", "2001:db8::/34", "fd00:4::/32"]);
      assert.equal(await rows("changes"), ["fd00:3::/32", "fd00:4::/32"]);
    },
    {
      config: "nonMasqueradeCIDRs: ['fd00:1::/32', 'fd00:1::/48', '2001:db8::/33', 'fd00:3::/32']",
      compare: "nonMasqueradeCIDRs: ['fd00:1::/32', '2001:db8::/34', '2001:db8:4000::/34', 'fd00:4::/32']",
      flags: { ...DEFAULT_FLAGS, ipv6: true },
    },
  ),
);

browserTest("ten thousand CIDRs: they can be worked with", () =>
  withPage(
    async (page) => {
      assert.is(await text(page, "summary"), "valid: 10,000 CIDRs, resync every 1m0s");
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

browserTest("without a clipboard, as on plain http, what would be copied is said to be", () =>
  withPage(
    async (page) => {
      await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
      await page.getByRole("button", { name: "Copy" }).click();
      await page.getByText("the browser does not allow it").waitFor();
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByText("the link is in the address bar").waitFor();
    },
    { config: CONFIG, tab: "rules" },
  ),
);

browserTest("a reload finds what was set", () =>
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

browserTest("a link holds all that is set", () =>
  withPage(
    async (page) => {
      await type(page, "nonMasqueradeCIDRs: [12.0.0.0/8]");
      await page.getByLabel("--masq-chain").fill("SHARED");
      await tab(page, "Rules");
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByText("the link is", { exact: false }).waitFor();
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

browserTest("the keyboard reaches everything, tabs by arrows", () =>
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
      for (const name of ["Start from an example", "tab-picture", "flag-chain", "flag-ports"]) {
        assert.ok(reached.has(name), `${name} of ${[...reached].join(" | ")}`);
      }
      await page.getByRole("tab", { name: "Picture" }).focus();
      await page.keyboard.press("ArrowRight");
      assert.is(await page.locator("[role=tab][aria-selected=true]").innerText(), "Try an address");
      await page.keyboard.press("End");
      assert.is(await page.locator("[role=tab][aria-selected=true]").innerText(), "Plan");
    },
    { config: CONFIG },
  ),
);

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`no serious accessibility findings, and nothing cut off on a narrow screen (${colorScheme})`, () =>
    withPage(
      async (page) => {
        for (const width of [1400, 320]) {
          await page.setViewportSize({ width, height: 800 });
          for (const name of ["Picture", "Try an address", "Rules", "Plan"]) {
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
        config: `${EXAMPLES[2]?.config}sourceCIDRs: [10.244.0.0/16]\nsnat: [{ destinationCIDRs: [198.51.100.0/24], to: 203.0.113.5 }]\n`,
        compare: "# typed half\nnonMasqueradeCIDRs: [10.0.0.0/33]",
        flags: { ...DEFAULT_FLAGS, ipv6: true, backend: colorScheme === "dark" ? "nftables" : "iptables" },
        addresses: "10.0.0.1\nx\n8.8.8.8\n",
        observed: { ipv4: "*nat\nCOMMIT\n", ipv6: "x", nftables: "table ip x {\n}\n" },
      },
      { colorScheme },
    ),
  );
}

browserTest("every valid recorded case: the page shows what render prints", () =>
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
