// The package as others install and import it.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { browserTest } from "../preview/browser.ts";

const folder = mkdtempSync(`${tmpdir()}/masq-made-`);
test.after(() => rmSync(folder, { recursive: true }));

/** What somebody might do with it. */
const USE = `import { buildTable, parseAddresses, parsePrefixes } from "ip-masq-agent/core";
import { parseConfig } from "ip-masq-agent/config";
import { decide, explain } from "ip-masq-agent/policy";
import { render } from "ip-masq-agent/dialect";
const { config } = parseConfig("nonMasqueradeCIDRs: [10.0.0.0/8]", { file: "x", ipv6: false, reservedRanges: false });
const policy = config ? decide(config, { chain: "X", ipv6: false, randomFully: true, ports: [] }) : [];
const [answer] = explain(policy, ["10.1.2.3"]);
export const used: string = [
  parsePrefixes(["10.0.0.0/8"]).records.length,
  parseAddresses(["10.1.2.3"]).read[0]?.ok,
  typeof buildTable,
  answer?.ok ? answer.verdict : "?",
  render(policy)[0]?.transaction.split("\\n")[1],
].join(" ");
`;
const USED = "1 true function return :X - [0:0]";

/** The package as npm would install it. */
function install(): string {
  const modules = `${folder}/app/node_modules/ip-masq-agent`;
  mkdirSync(modules, { recursive: true });
  for (const part of ["package.json", "dist"]) cpSync(part, `${modules}/${part}`, { recursive: true });
  writeFileSync(`${folder}/app/package.json`, '{ "type": "module" }');
  writeFileSync(`${folder}/app/use.ts`, USE);
  writeFileSync(`${folder}/app/use.mjs`, USE.replace(": string", ""));
  writeFileSync(`${folder}/app/main.mjs`, 'import { used } from "./use.mjs";\nconsole.log(used);\n');
  return `${folder}/app`;
}

test("the library works on Node and on Deno, and its types are what it does", () => {
  const app = install();
  const options = { cwd: app, encoding: "utf8" } as const;
  assert.is(execFileSync(process.execPath, ["main.mjs"], options).trim(), USED);
  const deno = resolve("node_modules/.bin/deno");
  assert.is(execFileSync(deno, ["run", "--no-prompt", "--node-modules-dir=manual", "main.mjs"], options).trim(), USED);
  const strict = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""];
  execFileSync(process.execPath, [resolve("node_modules/typescript/bin/tsc"), ...strict, "use.ts"], options);
});

browserTest("the library works in a browser", async () => {
  const app = install();
  const map = Object.fromEntries(
    ["core", "config", "policy", "dialect"].map((room) => [
      `ip-masq-agent/${room}`,
      `/node_modules/ip-masq-agent/dist/lib/${room}.mjs`,
    ]),
  );
  const html = `<script type="importmap">${JSON.stringify({ imports: map })}</script><script type="module">
    import { used } from "/use.mjs"; document.title = used;</script>`;
  const server = createServer(({ url = "/" }, response) => {
    const script = url.endsWith(".mjs");
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(script ? readFileSync(`${app}${url}`) : html);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => document.title !== "", undefined, { timeout: 10_000 });
    assert.is(await page.title(), USED);
  } finally {
    await browser.close();
    server.close();
  }
});

test.run();
