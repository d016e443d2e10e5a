// @ts-check
// The preview page in a real browser: its size, how soon it answers its question, and how long a million lines take.
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { median, printTable, show, verdict } from "./figures.mjs";

const PAGE = "dist/preview.html";
const CHROMIUM = "/usr/bin/chromium";
const LINES = 1_000_000;
const ROUNDS = 7;

/** Milliseconds and KiB. */
const TARGETS = { answer: 500, lines: 2000, longest: 100, size: 900 };

export async function printPreview() {
  console.log("\nThe preview page, in Chromium");
  if (!existsSync(CHROMIUM)) return console.log(`  cannot be measured; missing: ${CHROMIUM}`);
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const url = pathToFileURL(resolve(PAGE)).href;
  /** @type {number[]} */
  const answers = [];
  for (let i = 0; i < ROUNDS; i++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    // The time when the frame with the answer is painted; a query from outside would come later.
    await page.addInitScript(() => {
      const look = () => {
        if (document.querySelector("[data-testid=way]")) {
          requestAnimationFrame(() => Object.assign(window, { answered: performance.now() }));
        } else requestAnimationFrame(look);
      };
      look();
    });
    await page.goto(url);
    await page.waitForFunction(() => Reflect.get(window, "answered"));
    answers.push(await page.evaluate(() => Reflect.get(window, "answered")));
    await context.close();
  }

  const page = await browser.newPage();
  await page.goto(url);
  await page.getByRole("tab", { name: "Flows" }).click();
  await page.evaluate(watch);
  const text = Array.from({ length: LINES }, (_, i) => `src=10.244.${i & 255}.1 dst=${i % 223}.1.2.3`).join("\n");
  const open = (/** @type {string} */ name, /** @type {Buffer} */ buffer) => async () => {
    await page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer });
    await page.getByText(name, { exact: false }).first().waitFor();
  };
  const opened = await measure(page, open("x.log", Buffer.from(text)), "1,000,000 lines");
  const filtered = await measure(
    page,
    () =>
      page.getByRole("group", { name: "Show lines with the verdict" }).getByRole("button", { name: "kept" }).click(),
    "lines of these|matching lines",
  );
  const edited = await measure(page, () => insert(page, "  - 11.0.0.0/8\n"), "11\\.0\\.0\\.0/8");
  await page.getByRole("button", { name: "Close the file" }).click();
  await page.getByTestId("counted").waitFor({ state: "detached" });
  const unpacked = await measure(page, open("y.log.gz", gzipSync(text)), "1,000,000 lines");
  await browser.close();

  const size = statSync(PAGE).size / 1024;
  printTable([
    ["", "measured", "target"],
    [`first answer, median of ${ROUNDS}, ms`, show(median(answers)), verdict(median(answers), TARGETS.answer)],
    ["a million lines, from the file to the counts, ms", show(opened.time), verdict(opened.time, TARGETS.lines)],
    ...[
      { what: "opened", longest: opened.longest },
      { what: "filtered", longest: filtered.longest },
      { what: "judged by an edited config", longest: edited.longest },
      { what: "opened, compressed with gzip", longest: unpacked.longest },
    ].map(({ what, longest }) => [
      `longest time that the page was blocked while they were ${what}, ms`,
      show(longest),
      verdict(longest, TARGETS.longest),
    ]),
    ["size, KiB", show(size), verdict(size, TARGETS.size)],
  ]);
  console.log(`  ${readFileSync(PAGE, "utf8").length.toLocaleString("en-US")} characters, nothing else is loaded`);
}

/** In the page: notes the longest time between two turns of the event loop, from `begin` on. */
function watch() {
  const times = { begin: 0, longest: 0 };
  Object.assign(window, { times });
  let last = 0;
  const beat = () => {
    const now = performance.now();
    if (times.begin > 0 && last > 0) times.longest = Math.max(times.longest, now - last);
    last = now;
    setTimeout(beat);
  };
  beat();
  // What comes before is the file's way into the browser.
  const start = () => {
    last = performance.now();
    Object.assign(times, { begin: last, longest: 0 });
  };
  document.addEventListener("change", start, { capture: true });
  document.addEventListener("click", start, { capture: true });
  document.addEventListener("beforeinput", start, { capture: true });
}

/**
 * Acts, waits until the view says something, and returns how long that took and the longest time that nothing else had a turn.
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<unknown>} act
 * @param {string} said
 */
async function measure(page, act, said) {
  await page.waitForTimeout(500);
  const ended = page.evaluate((pattern) => {
    const times = Reflect.get(window, "times");
    times.begin = 0;
    const since = performance.now();
    return new Promise((resolve, reject) => {
      const look = () => {
        const text = document.querySelector("#view")?.textContent ?? "";
        if (times.begin > 0 && new RegExp(pattern).test(text)) {
          resolve({ time: performance.now() - times.begin, longest: times.longest });
        } else if (performance.now() - since > 60_000) reject(new Error(`not seen: ${pattern}`));
        else setTimeout(look, 1);
      };
      look();
    });
  }, said);
  await act();
  return /** @type {{ time: number, longest: number }} */ (await ended);
}

/**
 * Types a line behind the first one of the config.
 * @param {import("playwright-core").Page} page
 * @param {string} line
 */
async function insert(page, line) {
  await page.getByRole("textbox", { name: "Config", exact: true }).click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.insertText(line);
}
