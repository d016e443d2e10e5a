#!/usr/bin/env node
// @ts-check
// The program that a block calls instead of kubectl and others: asks the test what to do (sandbox.ts), and does it.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { basename } from "node:path";

// Linked under the name of a program, or called with it.
const [, path = "", ...words] = process.argv;
const [program = "", ...args] = path.endsWith(".mjs") ? words : [basename(path), ...words];
const input = args.includes("-") ? readFileSync(0, "utf8") : "";

/** @returns {Promise<{ refused?: string } & import("./call.ts").Reply>} */
function ask() {
  return new Promise((done, fail) => {
    const asked = request({ socketPath: process.env.STAND_IN_SOCKET, method: "POST" }, async (response) => {
      let text = "";
      for await (const data of response.setEncoding("utf8")) text += data;
      done(JSON.parse(text));
    });
    asked.on("error", fail);
    asked.end(JSON.stringify({ program, args, folder: process.cwd(), input }));
  });
}

const { refused, stdout = "", run, env, isServer, exits = [] } = await ask();
if (refused !== undefined) {
  console.error(`${program} ${args.join(" ")}\n  refused: ${refused}`);
  process.exit(64);
}
process.stdout.write(stdout);
if (run) {
  const [file = "", ...rest] = run;
  const reads = args.includes("-");
  const child = spawn(file, rest, {
    env: { ...process.env, ...env },
    stdio: [reads ? "pipe" : "inherit", isServer ? "pipe" : "inherit", "inherit"],
  });
  child.stdin?.end(input);
  child.stdout?.on("data", async (data) => {
    process.stdout.write(data);
    const [url] = /http:\S+/.exec(String(data)) ?? [];
    if (!url) return;
    const page = await fetch(url);
    if (!page.ok) console.error(`${url}: ${page.status}`);
    child.kill(page.ok ? "SIGINT" : "SIGKILL");
  });
  child.on("close", (code) => process.exit(code !== null && exits.includes(code) ? 0 : (code ?? 1)));
}
