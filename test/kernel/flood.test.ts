// Hostile clients: what they cost the agent, and that probes still get responses. On both runtimes.
import { type ChildProcess, spawn } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside, runInside } from "../../demo/network.mjs";
import { configFlag, kernelTest, withNode } from "./harness.ts";
import { type Loop, METRICS, withLoop } from "./loop.ts";
import { anonymousBytes } from "./memory.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8]\n";

/** Keeps 60 connections full of pipelined requests, half of them without ever reading. */
const PIPELINES = `
  const data = "GET /metrics HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n".repeat(1600);
  const open = (reads) => {
    const socket = require("net").connect(9410, "127.0.0.1");
    socket.on("error", () => {}).on("close", () => setTimeout(open, 100, reads));
    if (reads) socket.resume();
    const fill = () => socket.write(data, () => setTimeout(fill, 10));
    fill();
  };
  for (let i = 0; i < 60; i++) open(i % 2 === 0);
  console.log();`;

/**
 * Sends a body and, on a second connection, a header, one byte at a time. Prints the response to the first; ends when both are
 * closed, or with an error after 300 bytes.
 */
const DRIPS = `
  for (const head of ["POST /metrics HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 9999\\r\\n\\r\\n", "GET /"]) {
    const socket = require("net").connect(9410, "127.0.0.1");
    socket.on("error", () => {}).on("close", () => clearInterval(drip)).pipe(process.stdout, { end: false });
    socket.write(head);
    let left = 300;
    const drip = setInterval(() => left-- > 0 ? socket.write("x") : process.exit(1), 100);
  }`;

/** Connects repeatedly to the socket that claims the chain; prints the error once it is refused, and how many connections it got. */
const CALLS = `
  let got = 0;
  const call = () => require("net").connect("\\0ip-masq-agent/chain/IP-MASQ-AGENT".padEnd(108, "\\0"), () => { got++; call(); })
    .on("error", ({ code }) => code === "EAGAIN" || code === "ECONNRESET" ? setImmediate(call) : console.log(code, got));
  call();`;

function spawnInside(node: string, script: string): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const [file, args] = inside(node, [process.execPath, "-e", script]);
  return spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
}

for (const runtime of ["node", "deno"] as const) {
  const withAgent = (use: (loop: Loop, node: string) => Promise<void>) =>
    withNode((node, folder) => {
      const args = [METRICS, configFlag(folder, CONFIG)];
      const ready = async (loop: Loop) => {
        await loop.until(async () => (await loop.get("/readyz")).status === 200, "getting ready");
        await use(loop, node);
      };
      return withLoop(node, args, ready, { runtime });
    });

  kernelTest(`pipelined requests cost little memory, and probes do not wait for them (${runtime})`, () =>
    withAgent(async (loop, node) => {
      await loop.get("/metrics");
      const before = anonymousBytes(loop.pid);
      const crowd = spawnInside(node, PIPELINES);
      try {
        await new Promise((done) => crowd.stdout.once("data", done));
        for (let i = 0; i < 20; i++) assert.equal(await loop.get("/healthz"), { status: 200, text: "ok\n" });
        assert.match((await loop.get("/metrics")).text, /^ip_masq_agent_build_info/m);
        // 10 MB on an idle machine; without a bound, hundreds by now.
        const more = (anonymousBytes(loop.pid) - before) / 2 ** 20;
        assert.ok(more < 60, `${more} MB`);
      } finally {
        crowd.kill("SIGKILL");
      }
      assert.is((await loop.stop("SIGTERM")).exit, 0);
    }),
  );

  kernelTest(`a process that floods the claim of the chain is refused (${runtime})`, () =>
    withAgent(async (loop, node) => {
      const claimed = () => runInside(node, ["ss", "-Hxl"]).includes("@ip-masq-agent/chain/IP-MASQ-AGENT");
      assert.ok(claimed());
      const caller = spawnInside(node, CALLS);
      const ended = new Promise((done) => caller.on("close", done));
      try {
        const said = await new Promise((done) => caller.stdout.once("data", done));
        const [, got] = /^(?:ECONNREFUSED|ENOENT) (\d+)\n/.exec(String(said)) ?? [];
        // A hundred, and those that the kernel had queued by then: up to 511 of Node and Deno.
        assert.ok(Number(got) >= 100 && Number(got) <= 1_000, String(said));
        assert.not(claimed());
      } finally {
        caller.kill("SIGKILL");
        await ended;
      }
      // Once it is over: calls that were still on their way would be another flood.
      loop.signal("SIGHUP");
      await loop.until(claimed, "claiming it again");
    }),
  );

  kernelTest(`a slow sender cannot hold a connection (${runtime})`, () =>
    withAgent(async (_, node) => {
      const client = spawnInside(node, DRIPS);
      let answer = "";
      client.stdout.on("data", (data) => {
        answer += data;
      });
      const exit = await new Promise((done) => client.on("close", done));
      assert.is(exit, 0, "a connection was still open after 300 bytes");
      assert.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n/);
    }),
  );
}

test.run();
