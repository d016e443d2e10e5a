// Tools with endless output, and tools whose agent is killed.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside } from "../../demo/network.mjs";
import { fake } from "./fake.ts";
import {
  agent,
  configFlag,
  kernelTest,
  RUNTIMES,
  type Runtime,
  ruleLines,
  saved,
  VARIANTS,
  withNode,
} from "./harness.ts";
import { withLoop } from "./loop.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8]\n";
const runtimes = Object.keys(RUNTIMES) as Runtime[];

for (const runtime of runtimes) {
  kernelTest(`megabytes on standard error become a short message (${runtime})`, () =>
    withNode(async (node, folder) => {
      const lines =
        'i=0; while [ $i -lt 200000 ]; do echo "line $i: something went wrong here, and it is a long story"; i=$((i+1)); done';
      const env = fake(folder, "iptables-nft", `{ ${lines}; } >&2; exit 3`);
      const args = ["apply", "--iptables-variant=nft", configFlag(folder, CONFIG)];
      const { exit, stderr } = await agent(node, args, { env, runtime });
      assert.is(exit, 1);
      assert.match(stderr, /\| line 0: something/);
      assert.match(stderr, /lines omitted/);
      assert.match(stderr, /\| line 199999: something/);
      assert.ok(stderr.length < 10_000, `${stderr.length} characters`);
    }),
  );

  kernelTest(`a tool that never stops printing is killed (${runtime})`, () =>
    withNode(async (node, folder) => {
      const env = fake(folder, "iptables-nft", "exec yes");
      const args = ["apply", "--iptables-variant=nft", configFlag(folder, CONFIG)];
      const { exit, stderr } = await agent(node, args, { env, runtime });
      assert.is(exit, 1);
      assert.match(stderr, /iptables-nft -t nat -S \S+: printed more than 32 MiB and was killed/);
    }),
  );

  kernelTest(`a tool that writes a whole table without end is killed too (${runtime})`, () =>
    withNode(async (node, folder) => {
      const env = fake(folder, "iptables-legacy-save", "exec yes");
      const args = ["apply", "--iptables-variant=legacy", configFlag(folder, CONFIG)];
      const { exit, stderr } = await agent(node, args, { env, runtime });
      assert.is(exit, 1);
      assert.match(stderr, /iptables-legacy-save -c -t nat: printed more than \d+ MiB and was killed/);
    }),
  );
}

/** Is a process with this id running? A zombie is not. */
const lives = (pid: number) =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

const until = async (condition: () => boolean, what: string) => {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 30_000) assert.unreachable(`${what} did not happen`);
    await new Promise((done) => setTimeout(done, 20));
  }
};

for (const name of ["run", "apply"]) {
  kernelTest(`a writing tool ends with ${name}, although SIGKILL leaves the agent no time (node)`, () =>
    withNode(async (node, folder) => {
      const env = fake(
        folder,
        "iptables-nft-restore",
        `echo $$ > ${folder}/new && mv ${folder}/new ${folder}/pid; exec sleep 60`,
      );
      const command = [...RUNTIMES.node, name, "--iptables-variant=nft", configFlag(folder, CONFIG)];
      const [file, args] = inside(node, command);
      const child = spawn(file, args, { stdio: "ignore", env: { ...process.env, ...env } });
      const closed = new Promise((done) => child.on("close", done));
      await until(() => existsSync(`${folder}/pid`), "the tool's start");
      const pid = Number(readFileSync(`${folder}/pid`, "utf8"));
      assert.ok(lives(pid));
      child.kill("SIGKILL");
      await closed;
      await until(() => !lives(pid), "the tool's end");
      assert.equal(ruleLines(saved(node, "nft")), []);
    }),
  );
}

kernelTest("a setpriv that lacks the option is not used", () =>
  withNode(async (node, folder) => {
    const env = fake(folder, "setpriv", "echo \"setpriv: unrecognized option '--pdeathsig'\" >&2; exit 1");
    for (const variant of VARIANTS) {
      await withLoop(
        node,
        [`--iptables-variant=${variant}`, configFlag(folder, CONFIG)],
        async (loop) => {
          await loop.until(() => /rules: 4 added/.test(loop.log()), "writing the rules");
          assert.is((await loop.stop("SIGTERM")).exit, 0);
        },
        { env },
      );
    }
  }),
);

for (const runtime of runtimes) {
  kernelTest(`a tool in a relative folder of the PATH is not run (${runtime})`, () =>
    withNode(async (node, folder) => {
      const { PATH } = fake(folder, "iptables-nft", "echo tricked >&2; exit 3");
      // A fake in an absolute folder is run; without this check the test would prove nothing.
      const args = ["status", "--iptables-variant=nft", configFlag(folder, CONFIG)];
      assert.match((await agent(node, args, { env: { PATH }, runtime })).stderr, /tricked/);
      const relative = `${"../".repeat(process.cwd().split("/").length)}${folder.slice(1)}/bin`;
      const env = { PATH: `${relative}:${process.env.PATH}` };
      const { exit, stderr } = await agent(node, args, { env, runtime });
      assert.is(exit, 0, stderr);
      assert.not.match(stderr, /tricked/);
    }),
  );
}

test.run();
