// SIGUSR1 never opens a debugger, whenever it arrives.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside, runInside } from "../../demo/network.mjs";
import { configFlag, kernelTest, RUNTIMES, withNode } from "../kernel/harness.ts";
import { type Loop, METRICS, withLoop } from "../kernel/loop.ts";

/** The ports that are open in a namespace, except the agent's own. */
const ports = (node: string) => runInside(node, ["ss", "-Hltn"]).replace(/.* 127\.0\.0\.1:9410 .*\n?/g, "");

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`run ignores SIGUSR1 (${runtime})`, () =>
    withNode((node, folder) => {
      const use = async (loop: Loop) => {
        await loop.until(async () => (await loop.get("/readyz")).status === 200, "getting ready");
        // Deno listens for the signal half a second after its start.
        await new Promise((done) => setTimeout(done, 700));
        loop.signal("SIGUSR1");
        await new Promise((done) => setTimeout(done, 500));
        await loop.until(() => ports(node) === "", "closing the port");
        assert.is((await loop.stop("SIGTERM")).exit, 0);
      };
      return withLoop(node, [METRICS, configFlag(folder, "nonMasqueradeCIDRs: []\n")], use, { runtime });
    }),
  );

  kernelTest(`preview ignores SIGUSR1 (${runtime})`, () =>
    withNode(async (node, folder) => {
      const flag = configFlag(folder, "nonMasqueradeCIDRs: []\n");
      const [file, args] = inside(node, [...RUNTIMES[runtime], "preview", flag, "--port=9410"]);
      const child = spawn(file, args, { stdio: ["ignore", "pipe", "ignore"] });
      const closed = once(child, "close");
      try {
        await once(child.stdout, "data");
        await new Promise((done) => setTimeout(done, 700));
        child.kill("SIGUSR1");
        await new Promise((done) => setTimeout(done, 500));
        for (let i = 0; i < 100 && ports(node) !== ""; i++) await new Promise((done) => setTimeout(done, 20));
        assert.is(ports(node), "");
        child.kill("SIGTERM");
        assert.equal(await closed, [0, null]);
      } finally {
        child.kill("SIGKILL");
      }
    }),
  );
}

kernelTest("a SIGUSR1 while Node starts leaves no port open", () =>
  withNode(async (node, folder) => {
    const args = [METRICS, configFlag(folder, "nonMasqueradeCIDRs: []\n")];
    for (const ms of [15, 25, 35]) {
      await withLoop(node, args, async (loop) => {
        await new Promise((done) => setTimeout(done, ms));
        loop.signal("SIGUSR1");
        // Before Node has a handler, the signal ends it, which opens nothing either.
        await Promise.race([
          loop.closed,
          loop.until(async () => (await loop.get("/readyz")).status === 200, "getting ready"),
        ]);
        await loop.until(() => ports(node) === "", "closing the port");
      });
    }
  }),
);

test.run();
