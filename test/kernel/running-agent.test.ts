// Commands next to a running agent: they report on its rules, with its flags and its config.
import { chmodSync, mkdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, RUNTIMES, run, withNode } from "./harness.ts";
import { withLoop } from "./loop.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8]\nresyncInterval: 10m\n";

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`status, plan, explain, apply and cleanup next to an agent (${runtime})`, () =>
    withNode(async (node, folder) => {
      const flag = configFlag(folder, CONFIG);
      const args = ["--masq-chain=MYMASQ", "--iptables-variant=legacy", flag];
      const command = RUNTIMES[runtime];
      await withLoop(
        node,
        args,
        async (loop) => {
          await loop.until(() => /ipv4: rules: 4 added/.test(loop.log()), "the first sync");
          const using = `using the flags and config of the agent on this node \\(pid ${loop.pid}\\): ${args.join(" ")}`;
          const status = await agent(node, ["status", "--exit-code"]);
          assert.match(status.stderr, new RegExp(`^${using}\n$`));
          assert.is(status.exit, 0, status.stdout);
          assert.match(status.stdout, /^backend: iptables-legacy /);
          const planned = await agent(node, ["plan", "-o", "json"], { runtime });
          const { agent: used, inSync } = JSON.parse(planned.stdout);
          assert.equal([used, inSync], [{ pid: loop.pid, flags: args }, true]);
          const explained = await agent(node, ["explain", "10.1.2.3"], { runtime });
          assert.match(explained.stdout, /10\.0\.0\.0\/8 .*config\.yaml:1:22\n$/);

          const live = await agent(node, ["impact", "--live", "-o", "json"], { runtime });
          assert.is(JSON.parse(live.stdout).agent.pid, loop.pid);
          assert.match(live.stderr, /^using the flags and config of the agent on this node /);

          const without = await agent(node, ["plan", "--discover-agent=false", "--exit-code"]);
          assert.is(without.exit, 2);
          assert.not.match(without.stderr, /using/);
          const other = configFlag(folder, "nonMasqueradeCIDRs: [11.0.0.0/8]\n", "other.yaml");
          const mine = await agent(node, ["plan", "--exit-code", other]);
          assert.is(mine.exit, 2);
          assert.match(mine.stderr, /^using the flags of the agent on this node \(pid \d+\): --masq-chain=MYMASQ /);

          assert.not.match((await agent(node, ["apply", ...args])).stderr, /undoes/);
          const applied = await agent(node, ["apply", "--masq-chain=MYMASQ", "--iptables-variant=legacy", other]);
          assert.match(
            applied.stderr,
            /the agent on this node \(pid \d+\) has other flags or another config, and undoes/,
          );
          loop.signal("SIGHUP");
          await loop.until(() => /drift is repaired/.test(loop.log()), "undoing it");
          const cleaned = await agent(node, ["cleanup"]);
          assert.match(cleaned.stdout, /removed: chain MYMASQ and 4 rules/);
          assert.match(cleaned.stderr, /\(pid \d+\) writes the rules again at its next sync: stop it first/);
          loop.signal("SIGHUP");
          await loop.until(async () => (await agent(node, ["status", "--exit-code"])).exit === 0, "writing them again");
        },
        { runtime, command },
      );
    }),
  );
}

kernelTest("an agent with a separate file system, as in another container", () =>
  withNode(async (node, folder) => {
    const hidden = `${folder}/hidden`;
    mkdirSync(hidden);
    configFlag(hidden, CONFIG);
    configFlag(folder, "nonMasqueradeCIDRs: [11.0.0.0/8]\n");
    // It has another folder with the same name, and the config's path is relative.
    const mounted = `mount --bind ${hidden} ${folder} && cd ${folder} && exec "$@"`;
    const command = ["unshare", "--mount", "sh", "-c", mounted, "sh", ...RUNTIMES.node];
    for (const path of ["config.yaml", `${folder}/config.yaml`]) {
      await withLoop(
        node,
        [`--config=${path}`, "--iptables-variant=nft"],
        async (loop) => {
          await loop.until(() => /config: 1 CIDR|in sync/.test(loop.log()), "reading the config");
          const explained = await agent(node, ["explain", "10.1.2.3"]);
          const seen = path === "config.yaml" ? `/proc/${loop.pid}/cwd/config.yaml` : `/proc/${loop.pid}/root${path}`;
          assert.is(explained.stdout, `10.1.2.3  keep        10.0.0.0/8  ${seen}:1:22\n`, explained.stderr);
          assert.ok(explained.stderr.endsWith(` --config=${seen}\n`), explained.stderr);
        },
        { command },
      );
    }
  }),
);

kernelTest("an agent that runs as another user, and one that has chosen a backend", () =>
  withNode(async (node, folder) => {
    const flag = configFlag(folder, CONFIG);
    chmodSync(folder, 0o755);
    await withLoop(node, [flag, "--backend=nftables"], async (loop) => {
      await loop.until(() => /rules and elements: \d+ added/.test(loop.log()), "the first sync");
      // Only the rules show which backend it chose.
      const chosen = await agent(node, ["status", "--backend=auto"]);
      assert.match(chosen.stdout, /^backend: nftables \(in use by the agent on this node\)\n/);
      const [file, rest] = inside(node, [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        ...RUNTIMES.node,
      ]);
      const explained = await run([file, ...rest, "explain", "10.1.2.3", flag]);
      assert.is(explained.exit, 0, explained.stderr);
      assert.match(
        explained.stderr,
        /^the flags and config of the agent that maintains chain IP-MASQ-AGENT on this node are not used: its process cannot be read/,
      );
    });
  }),
);

test.run();
