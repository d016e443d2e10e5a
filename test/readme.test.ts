// What README.md and the pages of docs show is what is printed.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { kernelTest, run } from "./kernel/harness.ts";

const README = readFileSync("README.md", "utf8");
const PAGES = readdirSync("docs")
  .filter((name) => name.endsWith(".md"))
  .map((name) => readFileSync(`docs/${name}`, "utf8"));

test("the examples", async () => {
  const calls = [...[README, ...PAGES].join("\n").matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap((block) =>
    (block[1] ?? "").split(/^\$ /m).slice(1),
  );
  assert.ok(calls.length >= 12);
  for (const call of calls) {
    const [line = "", ...output] = call.trimEnd().split("\n");
    const command = line.replace("ip-masq-agent", `${process.execPath} ${resolve("dist/ip-masq-agent.mjs")}`);
    const { stdout } = await run(["sh", "-c", `cd docs/examples && ${command} 2>&1`]);
    assert.is(stdout.trimEnd(), output.join("\n"), line);
  }
});

kernelTest("npm start", async () => {
  const [, shown = ""] = /^## What `npm start` prints\n\n```\n([\s\S]*?)^```$/m.exec(README) ?? [];
  const { stdout, stderr } = await run([process.execPath, "demo/demo.mjs"]);
  assert.is(stdout, shown, stderr);
});

test.run();
