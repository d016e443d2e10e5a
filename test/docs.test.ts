// Everything that the documentation names exists: files, headings, and flags of the agent.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FLAGS, parseFlags } from "../src/cli/flags.ts";
import { describeKeys, parseConfig } from "../src/config/index.ts";
import { CHECKS } from "../src/doctor/index.ts";
import { USAGE } from "../src/errors/index.ts";
import { NOT_PERMITTED } from "../src/host/index.ts";
import { blocksOf, fileShown, PAGES } from "./docs/pages.ts";

/** A heading's anchor, as GitHub generates it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

/** Folders that readers create. */
const CREATED_BY_READERS = /^deploy\/kustomize\/mine-windows(\/|$)/;

for (const page of PAGES) {
  const text = readFileSync(page, "utf8");

  test(`${page}: links and paths exist`, () => {
    for (const [, link = ""] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [path = "", heading] = link.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      assert.ok(existsSync(file), link);
      if (!heading) continue;
      const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map((match) => anchor(match[1] ?? ""));
      assert.ok(headings.includes(heading), link);
    }
    for (const [path] of text.matchAll(/\b(?:deploy|test|scripts|bench)\/[\w./-]*\w/g)) {
      assert.ok(CREATED_BY_READERS.test(path) || existsSync(path), path);
    }
  });
}

test("docs/configuration.md explains every key and every diagnostic", () => {
  const text = readFileSync("docs/configuration.md", "utf8");
  const [, table = ""] = /^## Diagnostics$([\s\S]*)/m.exec(text) ?? [];
  const explained = [...table.matchAll(/^\| (`[^|]*`) +\| (?:error|warning) /gm)].flatMap(([, codes = ""]) =>
    [...codes.matchAll(/`([^`]*)`/g)].map(([, code = ""]) => code),
  );
  const [, type = ""] =
    /export type DiagnosticCode =([^;]*);/.exec(readFileSync("src/config/diagnostic.ts", "utf8")) ?? [];
  const codes = [...type.matchAll(/"([^"]*)"/g)].map(([, code = ""]) => code);
  assert.equal(explained.sort(), codes.sort());
  for (const key of describeKeys().keys()) assert.match(text, new RegExp(`^\\| \`${key}\` +\\|`, "m"), key);
});

test("the files that the pages show match the repository", () => {
  const shown = PAGES.flatMap(blocksOf).filter(fileShown);
  assert.ok(shown.length >= 16);
  for (const block of shown) {
    const file = fileShown(block) ?? "";
    if (!CREATED_BY_READERS.test(file)) assert.is(block.text, readFileSync(file, "utf8"), file);
  }
});

test("docs/README.md links to every page", () => {
  const index = readFileSync("docs/README.md", "utf8");
  const missing = PAGES.filter((page) => page.startsWith("docs/") && page !== "docs/README.md").filter(
    (page) => !index.includes(`(${page.replace("docs/", "")}`),
  );
  assert.equal(missing, []);
});

test("docs/configuration.md has a row with an example for every flag, and the agent accepts the examples", () => {
  const [, section = ""] = /^## Flags$([\s\S]*?)^### /m.exec(readFileSync("docs/configuration.md", "utf8")) ?? [];
  const rows = [...section.matchAll(/^\| (`--.*)$/gm)].map(([, row = ""]) => row.split(/\s*\|\s*/));
  const named = rows.flatMap(([flags = ""]) => [...flags.matchAll(/`--([\w-]+)`/g)].map(([, name]) => name));
  const wanted = Object.entries(FLAGS).filter(([name, { group }]) => group !== "klog" && name !== "help");
  assert.equal(named.sort(), wanted.map(([name]) => name).sort());
  for (const [, , example = ""] of rows) {
    const flags = example
      .replaceAll("`", "")
      .split(" ")
      .filter((word) => word.startsWith("-"));
    assert.ok(flags.length > 0, example);
    assert.not.throws(() => parseFlags(example.includes("-o ") ? ["-o", "json"] : flags), undefined, example);
  }
});

/** Codes of errors that commands convert to others, or that are printed only as text. */
const CODES_NOT_PRINTED = ["flow-question", "nft-output", "no-nat-table"];

test("docs/commands.md has the code of every error", () => {
  const [, section = ""] =
    /^## Errors in JSON and YAML$([\s\S]*)/m.exec(readFileSync("docs/commands.md", "utf8")) ?? [];
  const rows = section.match(/^\| `.*?(?= \| )/gm) ?? [];
  const documented = rows.flatMap((row) => [...row.matchAll(/`([\w-]+)`/g)].map(([, code]) => code));
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const codes = sources
    .map((name) => readFileSync(`src/${name}`, "utf8"))
    .flatMap((text) => [...text.matchAll(/reportedAs\("([\w-]+)"|\{ code: "([\w-]+)"(?:, remedy| \}\);)/g)])
    .map(([, first, second]) => first ?? second ?? "");
  const tools = ["missing", "failed", "hung", "flooded", "unreadable"].map((reason) => `tool-${reason}`);
  const expected = new Set([...codes, ...tools, NOT_PERMITTED, USAGE]);
  for (const code of CODES_NOT_PRINTED) assert.ok(expected.delete(code), code);
  assert.equal(documented.sort(), [...expected].sort());
});

test("docs/doctor.md has every check", () => {
  const checks = [...readFileSync("docs/doctor.md", "utf8").matchAll(/^\| `([\w-]+)` \| (?!checked|worth|packets)/gm)];
  const names = checks.map(([, name = ""]) => name).filter((name) => name !== "unseen");
  assert.equal(
    names,
    CHECKS.map(({ name }) => name),
  );
});

test("the configs in docs/configuration.md are valid", () => {
  const options = { file: "config", ipv6: true, reservedRanges: false };
  for (const [, config = ""] of readFileSync("docs/configuration.md", "utf8").matchAll(/^```yaml\n([\s\S]*?)^```$/gm)) {
    const { diagnostics } = parseConfig(config, options);
    assert.equal(
      diagnostics.filter(({ severity }) => severity === "error"),
      [],
      config,
    );
  }
});

test.run();
