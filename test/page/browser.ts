// Opens the page in a real browser.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ConfigText, EMPTY_STATE, type PageState, packState } from "../../src/preview/state.ts";
import { filesOf } from "../preview/evaluated.ts";

export const PAGE = pathToFileURL(resolve("dist/preview.html")).href;

let browser: Browser | undefined;

test.after(() => browser?.close());

/** A test that needs a browser; skipped if NO_BROWSER says why there is none. */
export function browserTest(name: string, body: () => Promise<void>): void {
  if (process.env.NO_BROWSER) test.skip(name, body);
  else test(name, body);
}

/** Opens the page and uses it; fails on console output or network requests. */
export async function withPage(
  use: (page: Page) => Promise<void>,
  state?: GivenState,
  options: BrowserContextOptions = {},
): Promise<void> {
  const url = state ? await urlOf(state) : PAGE;
  browser ??= await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const unwanted: string[] = [];
  page.on("console", (message) => {
    // Only the tests read the canvas.
    if (!message.text().includes("willReadFrequently")) unwanted.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => unwanted.push(error.message));
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && request.url().split("#")[0] !== PAGE) unwanted.push(request.url());
  });
  try {
    await page.goto(url);
    await page.getByTestId("summary").waitFor();
    await use(page);
    assert.equal(unwanted, []);
  } finally {
    await context.close();
  }
}

/** A state; a config of one file may be given as its text. */
export interface GivenState extends Partial<Omit<PageState, "files" | "before">> {
  readonly config?: string | readonly ConfigText[];
  readonly before?: string | readonly ConfigText[];
}

/** The page's address, which contains the state. */
export async function urlOf({ config = "", before, ...state }: GivenState): Promise<string> {
  const texts = { files: filesOf(config), before: before === undefined ? undefined : filesOf(before) };
  return `${PAGE}#${await packState({ ...EMPTY_STATE, ...state, ...texts })}`;
}

/** Opens a view. */
export const tab = (page: Page, name: string) => page.getByRole("tab", { name, exact: true }).click();

export const text = async (page: Page, testid: string) => (await page.getByTestId(testid).textContent()) ?? "";

/** Waits until an element contains a text. */
export const says = (page: Page, testid: string, what: string | RegExp) =>
  page
    .getByTestId(testid)
    .getByText(what, { exact: typeof what === "string" })
    .waitFor();

/** The editor's text field. */
export const editor = (page: Page, name = "Config") => page.getByRole("textbox", { name, exact: true });

/** Replaces the whole text of a config by typing. */
export async function type(page: Page, text: string, name = "Config"): Promise<void> {
  await editor(page, name).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}
