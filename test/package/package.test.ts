// The package as users install and import it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { browserTest } from "../page/browser.ts";

const folder = mkdtempSync(`${tmpdir()}/masq-package-`);
test.after(() => rmSync(folder, { recursive: true }));

/** A typical use of it. */
const USE = `import { contains } from "ip-masq-agent";
import { buildTable, parseAddresses, parsePrefixes } from "ip-masq-agent/core";
import { parseConfig } from "ip-masq-agent/config";
import { compilePolicy, decide } from "ip-masq-agent/policy";
import { render } from "ip-masq-agent/iptables";
import { desiredTable, diffTable, readTable } from "ip-masq-agent/nftables";
const { config } = parseConfig("nonMasqueradeCIDRs: [10.0.0.0/8]", { file: "x", ipv6: false, reservedRanges: false });
const policy = config ? compilePolicy(config, { chain: "X", ipv6: false, randomFully: true, ports: [] }) : [];
const [decision] = decide(policy, [{ destination: "10.1.2.3" }]);
export const used: string = [
  parsePrefixes(["10.0.0.0/8"]).records.length,
  parseAddresses(["10.1.2.3"]).read[0]?.ok,
  typeof buildTable,
  contains("10.0.0.0/8", "10.1.2.3"),
  decision?.verdict.kind,
  render(policy)[0]?.transaction.split("\\n")[1],
  policy.map((part) => diffTable(desiredTable(part, "t"), readTable("", part.family, "t"))?.counts.added).join(),
].join(" ");
`;
/** Entry points that have types, but that a browser cannot import. */
const USE_JSON = `import schema from "ip-masq-agent/config.schema.json" with { type: "json" };
import own from "ip-masq-agent/package.json" with { type: "json" };
export const title: string = schema.title + own.version;
`;
const USED = "1 true function true keep :X - [0:0] 6";

const DENO = resolve("node_modules/.bin/deno");
const TSC = resolve("node_modules/typescript/bin/tsc");

/** The output of a command. */
const output = (cwd: string, file: string, ...args: string[]) =>
  execFileSync(file, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

/** npm, without access to any registry. */
const npm = (cwd: string, ...args: string[]) =>
  output(cwd, "npm", ...args, "--silent", "--offline", "--no-audit", "--no-fund");

/** An empty project, and the package in it, packed and installed by npm. */
const app = `${folder}/app`;
let tarball = "";
test.before(() => {
  tarball = `${folder}/${npm(".", "pack", "--ignore-scripts", "--pack-destination", folder)}`;
  mkdirSync(app);
  writeFileSync(`${app}/package.json`, '{ "type": "module" }');
  npm(app, "install", tarball);
  writeFileSync(`${app}/use.ts`, USE);
  writeFileSync(`${app}/use-json.ts`, USE_JSON);
  writeFileSync(`${app}/use.mjs`, USE.replace(": string", ""));
  writeFileSync(`${app}/main.mjs`, 'import { used } from "./use.mjs";\nconsole.log(used);\n');
});

test("the package contains the build's output, and none of its sources", () => {
  const top = readdirSync(`${app}/node_modules/ip-masq-agent`).sort();
  assert.equal(top, ["LICENSE", "README.md", "dist", "package.json"]);
  assert.equal(
    readdirSync(`${app}/node_modules`).filter((name) => !name.startsWith(".")),
    ["ip-masq-agent"],
  );
});

test("it installs the command, and for a global installation the man page", () => {
  assert.match(output(app, "npx", "--offline", "ip-masq-agent", "--help"), /^Usage: /m);
  npm(".", "install", "--global", "--prefix", `${folder}/all`, tarball);
  for (const file of ["bin/ip-masq-agent", "share/man/man8/ip-masq-agent.8"]) {
    assert.ok(existsSync(`${folder}/all/${file}`), file);
  }
});

test("the library works on Node and on Deno", () => {
  assert.is(output(app, process.execPath, "main.mjs"), USED);
  assert.is(output(app, DENO, "run", "--no-prompt", "--node-modules-dir=manual", "main.mjs"), USED);
});

test("docs/library.md imports what the package exports, and shows the types that it ships", () => {
  const page = readFileSync("docs/library.md", "utf8");
  const [, imports = ""] = /^```js\n([\s\S]*?)^```$/m.exec(page) ?? [];
  writeFileSync(
    `${app}/imports.mjs`,
    `${imports}console.log(contains("10.0.0.0/8", "10.1.2.3"), merge([]), PrefixTable.name);\n`,
  );
  assert.is(output(app, process.execPath, "imports.mjs"), "true [] PrefixTable");
  const types = `${app}/node_modules/ip-masq-agent/dist/types/core`;
  const plain = (text: string) =>
    text
      .replace(/\/\*\*[\s\S]*?\*\/|\/\/.*|export |declare |#private;/g, "")
      // The page does not show a base class that is internal.
      .replaceAll(" extends ReportedError {", " extends Error {")
      .replace(/[\s,;]+/g, " ")
      .trim();
  const shipped = plain(
    readdirSync(types)
      .map((name) => readFileSync(`${types}/${name}`, "utf8"))
      .join("\n"),
  );
  const shown = [...page.matchAll(/^```typescript\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  assert.ok(shown.length > 50);
  for (const code of shown) assert.ok(shipped.includes(plain(code)), code);
});

test("errors of the library have the names of their classes", () => {
  const code = `import { CoreMemoryError, merge } from "ip-masq-agent";
const caught = (call) => { try { call(); } catch (error) { return error.name; } };
console.log(new CoreMemoryError("m").name, caught(() => merge(["x"])));\n`;
  writeFileSync(`${app}/names.mjs`, code);
  assert.is(output(app, process.execPath, "names.mjs"), "CoreMemoryError InvalidCidrError");
});

test("its types match its behaviour, and need no other types", () => {
  const strict = "--noEmit --strict --skipLibCheck false --target es2022 --resolveJsonModule --types".split(" ");
  for (const way of ["--module nodenext", "--module esnext --moduleResolution bundler"]) {
    for (const lib of ["es2022", "es2022,dom"]) {
      const args = [...way.split(" "), "--lib", lib, "use.ts", "use-json.ts"];
      const { status, stdout } = spawnSync(process.execPath, [TSC, ...strict, "", ...args], {
        cwd: app,
        encoding: "utf8",
      });
      assert.is(status, 0, `${way} ${lib}: ${stdout}`);
    }
  }
  output(app, DENO, "check", "--node-modules-dir=manual", "use.ts", "use-json.ts");
});

browserTest("the library works in a browser", async () => {
  const map = Object.fromEntries(
    ["", "/core", "/config", "/policy", "/iptables", "/nftables", "/windows-cni"].map((name) => [
      `ip-masq-agent${name}`,
      `/node_modules/ip-masq-agent/dist/lib${name || "/core"}.mjs`,
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
