// The commands in README.md and docs/ print what those pages show. UPDATE_DOCS=1 writes their output into the pages instead.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PAGES } from "./docs/pages.ts";
import { kernelTest, run } from "./kernel/harness.ts";

const BLOCK = /^```console\n[\s\S]*?^```$/gm;
const blocksOf = (text: string) => text.match(BLOCK) ?? [];

/** The output of the command after `$ `, with both streams, in the examples folder. */
async function printed(line: string): Promise<string> {
  const command = line.replaceAll("ip-masq-agent ", `${process.execPath} ${resolve("dist/ip-masq-agent.mjs")} `);
  const { stdout } = await run(["sh", "-c", `cd docs/examples && { ${command}\n} 2>&1`]);
  return stdout.trimEnd();
}

/** A console block with the output of its commands. */
async function rerun(block: string): Promise<string> {
  const lines = [...block.matchAll(/^\$ (.*)$/gm)].map(([, line = ""]) => line);
  const calls = await Promise.all(lines.map(async (line) => `$ ${line}\n${await printed(line)}`.trimEnd()));
  return `\`\`\`console\n${calls.join("\n")}\n\`\`\``;
}

let blocks = 0;
for (const page of PAGES) {
  const text = readFileSync(page, "utf8");
  blocks += blocksOf(text).length;
  if (blocksOf(text).length === 0) continue;
  test(`${page}: the commands print what it shows`, async () => {
    const shown = new Map<string, string>();
    for (const block of blocksOf(text)) shown.set(block, await rerun(block));
    if (process.env.UPDATE_DOCS)
      writeFileSync(
        page,
        text.replace(BLOCK, (block) => shown.get(block) ?? block),
      );
    else for (const [block, now] of shown) assert.is(now, block);
  });
}

test("pages have commands, and README.md is short", () => {
  assert.ok(blocks >= 12);
  assert.ok(readFileSync("README.md", "utf8").split(/\s+/).length <= 900);
});

kernelTest("npm start", async () => {
  const [, shown = ""] =
    /^## What `npm start` prints\n\n```text\n([\s\S]*?)^```$/m.exec(readFileSync("docs/demo.md", "utf8")) ?? [];
  const { stdout, stderr } = await run([process.execPath, "demo/demo.mjs"]);
  assert.is(stdout, shown, stderr);
});

test.run();
