// @ts-check
// The preview page in a real browser: its size, how soon it answers its question, and how long a million lines take.
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
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
  const text = Array.from(
    { length: LINES },
    (_, i) => `src=10.${i & 255}.${(i >> 8) & 255}.1 dst=${i % 223}.1.2.3`,
  ).join("\n");
  await page.evaluate(() => {
    // The longest time that nothing else ran while the file was read.
    const times = { begin: 0, end: 0, longest: 0 };
    Object.assign(window, { times });
    let last = 0;
    const beat = () => {
      const now = performance.now();
      if (times.begin > 0 && times.end === 0 && last > 0) times.longest = Math.max(times.longest, now - last);
      last = now;
      if (times.begin > 0 && times.end === 0 && document.querySelector("[data-testid=counted]")) times.end = now;
      setTimeout(beat);
    };
    beat();
    document.querySelector("input[type=file]")?.addEventListener("change", () => {
      // Earlier time is the transfer of the file into the browser.
      times.begin = performance.now();
      last = times.begin;
    });
  });
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "x.log", mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.getByTestId("counted").getByText("1,000,000 lines").waitFor({ timeout: 60_000 });
  /** @type {{ begin: number, end: number, longest: number }} */
  const times = await page.evaluate(() => Reflect.get(window, "times"));
  await browser.close();

  const size = statSync(PAGE).size / 1024;
  printTable([
    ["", "measured", "target"],
    [`first answer, median of ${ROUNDS}, ms`, show(median(answers)), verdict(median(answers), TARGETS.answer)],
    [
      "a million lines, from the file to the counts, ms",
      show(times.end - times.begin),
      verdict(times.end - times.begin, TARGETS.lines),
    ],
    ["longest time that the page was blocked, ms", show(times.longest), verdict(times.longest, TARGETS.longest)],
    ["size, KiB", show(size), verdict(size, TARGETS.size)],
  ]);
  console.log(`  ${readFileSync(PAGE, "utf8").length.toLocaleString("en-US")} characters, nothing else is loaded`);
}
