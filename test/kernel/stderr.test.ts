// A log that nothing reads, or that cannot be written, does not stop the agent. On both runtimes.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside } from "../../demo/network.mjs";
import { configFlag, kernelTest, RUNTIMES, ruleLines, saved, withNode } from "./harness.ts";

const config = (cidr: string) => `nonMasqueradeCIDRs: [${cidr}]\n`;

/** A pipe that this process does not read before `drain`. */
function makePipe(path: string, isFull: boolean) {
  assert.is(spawnSync("mkfifo", [path]).status, 0);
  const ours = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const writer = openSync(path, "w");
  try {
    while (isFull) writeSync(ours, "x".repeat(4096));
  } catch {
    // It is full.
  }
  const room = new Uint8Array(65_536);
  const drain = (): string => {
    try {
      return new TextDecoder().decode(room.subarray(0, readSync(ours, room)));
    } catch {
      return "";
    }
  };
  return { writer, drain, close: () => closeSync(ours) };
}

for (const runtime of ["node", "deno"] as const) {
  /** Runs the agent with this standard error, and checks that it works and how it ends after `use`. */
  const works = async (node: string, folder: string, stderr: number, use = async (_hup: () => void) => {}) => {
    const flag = configFlag(folder, config("10.0.0.0/8"));
    const [file, args] = inside(node, [...RUNTIMES[runtime], "--v=4", flag]);
    const child = spawn(file, args, { stdio: ["ignore", "ignore", stderr] });
    const closed = once(child, "close");
    closeSync(stderr);
    const until = async (condition: () => boolean, what: string) => {
      for (let waited = 0; !condition(); waited += 50) {
        if (waited > 30_000 || child.exitCode !== null) assert.unreachable(`${what} did not happen`);
        await new Promise((done) => setTimeout(done, 50));
      }
    };
    try {
      await until(() => ruleLines(saved(node, "nft")).length === 5, "the first sync");
      configFlag(folder, config("11.0.0.0/8"));
      await until(() => saved(node, "nft").includes("-d 11.0.0.0/8 "), "following the config");
      await use(() => void child.kill("SIGHUP"));
      child.kill("SIGTERM");
      assert.equal(await closed, [0, null]);
    } finally {
      child.kill("SIGKILL");
      await closed;
    }
  };

  kernelTest(`a pipe that nothing reads (${runtime})`, () =>
    withNode(async (node, folder) => {
      const pipe = makePipe(`${folder}/pipe`, true);
      try {
        await works(node, folder, pipe.writer, async (hup) => {
          let text = "";
          for (let i = 0; i < 200 && !/ipv4: in sync\n/.test(text); i++) {
            text += pipe.drain();
            if (i % 10 === 0) hup();
            await new Promise((done) => setTimeout(done, 50));
          }
          assert.match(text, /x[IWE]\d{4} .*version(.*\n)*.*ipv4: in sync\n/, "what it can take is in it");
        });
      } finally {
        pipe.close();
      }
    }),
  );

  kernelTest(`a pipe whose reader has gone (${runtime})`, () =>
    withNode((node, folder) => {
      const pipe = makePipe(`${folder}/pipe`, false);
      pipe.close();
      return works(node, folder, pipe.writer);
    }),
  );

  kernelTest(`a file on a full disk (${runtime})`, () =>
    withNode((node, folder) => works(node, folder, openSync("/dev/full", "w"))),
  );
}

test.run();
