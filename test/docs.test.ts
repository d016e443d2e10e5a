// What the documentation names is there: files, headings, and flags of the agent.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFlags } from "../src/cli/flags.ts";
import { describeKeys, parseConfig } from "../src/config/index.ts";

const PAGES = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);

/** A heading's anchor, as GitHub makes it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

/** Folders that the reader is told to make. */
const MADE = /^deploy\/kustomize\/mine(-windows)?(\/|$)/;

for (const page of PAGES) {
  const text = readFileSync(page, "utf8");

  test(`${page}: links and paths lead somewhere`, () => {
    for (const [, link = ""] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [path = "", heading] = link.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      assert.ok(existsSync(file), link);
      if (!heading) continue;
      const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map((match) => anchor(match[1] ?? ""));
      assert.ok(headings.includes(heading), link);
    }
    for (const [path] of text.matchAll(/\b(?:deploy|test|scripts|bench)\/[\w./-]*\w/g)) {
      assert.ok(MADE.test(path) || existsSync(path), path);
    }
  });

  test(`${page}: the agent takes the flags`, () => {
    for (const [, command = ""] of text.matchAll(/^ *(?:\$ )?ip-masq-agent ((?:(?!\.mjs).)*)$/gm)) {
      assert.not.throws(
        () => parseFlags((command.split(/ [|#>]/)[0] ?? "").split(" ").filter((word) => word.startsWith("-"))),
        undefined,
        command,
      );
    }
  });
}

test("docs/configuration.md explains every key and every diagnostic, and shows the examples as they are", () => {
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
  for (const [, file = "", shown] of text.matchAll(/`(docs\/examples\/[\w.]+)`:\n\n```yaml\n([\s\S]*?)^```$/gm)) {
    assert.is(shown, readFileSync(file, "utf8"), file);
  }
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
