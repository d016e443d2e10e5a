// Tools that are missing, fail, hang or print nonsense; and the chosen variant.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside, runInside } from "../../demo/network.mjs";
import { fake } from "./fake.ts";
import { agent, configFlag, kernelTest, RUNTIMES, restore, ruleLines, run, saved, withNode } from "./harness.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8]\n";

const BROKEN: [string, string, string, RegExp][] = [
  ["fails to read", "iptables-nft", "echo 'no luck' >&2; exit 3", /iptables-nft -t nat -S \S+: exit 3\n\s+\| no luck/],
  [
    "fails to write",
    "iptables-nft-restore",
    "echo 'line 2 failed' >&2; exit 1",
    /restore --noflush -w 10: exit 1: it refused the line: :IP-MASQ-AGENT .*\n\s+\| line 2 failed/,
  ],
  ["is killed", "iptables-nft-restore", "kill -9 $$", /iptables-nft-restore .*: was killed by SIGKILL/],
];

for (const [what, tool, script, message] of BROKEN) {
  kernelTest(`a tool that ${what}: the error shows the command and its output`, () =>
    withNode(async (node, folder) => {
      const env = fake(folder, tool, script);
      const { exit, stderr } = await agent(
        node,
        ["apply", "--backend=iptables", "--iptables-variant=nft", configFlag(folder, CONFIG)],
        {
          env,
        },
      );
      assert.is(exit, 1);
      assert.match(stderr, message);
      assert.equal(ruleLines(saved(node, "nft")), []);
    }),
  );
}

kernelTest("a POSTROUTING that is not an iptables chain stays unchanged", () =>
  withNode(async (node, folder) => {
    runInside(
      node,
      ["nft", "-f", "-"],
      "table ip nat {\nchain POSTROUTING {\ntype filter hook postrouting priority 5;\n}\n}\n",
    );
    const before = runInside(node, ["nft", "list", "ruleset"]);
    const { exit, stderr } = await agent(node, [
      "apply",
      "--backend=iptables",
      "--iptables-variant=nft",
      configFlag(folder, CONFIG),
    ]);
    assert.is(exit, 1);
    assert.match(
      stderr,
      /iptables-nft-restore --noflush -w 10: exit 4: it refused the line: .*\n.*\n.*CHAIN_ADD failed/,
    );
    assert.is(runInside(node, ["nft", "list", "ruleset"]), before);
  }),
);

kernelTest("a missing tool", () =>
  withNode(async (node, folder) => {
    // The agent also looks in sbin, besides the PATH, so that folder is emptied for it.
    const hide = 'mount -t tmpfs none /usr/sbin && exec "$@"';
    const command = [...RUNTIMES.node, "apply", configFlag(folder, CONFIG)];
    const [file, args] = inside(node, ["unshare", "--mount", "sh", "-c", hide, "sh", ...command]);
    const { exit, stderr } = await run([file, ...args]);
    assert.is(exit, 1);
    assert.match(stderr, /iptables, nft: neither is installed; install the nftables package/);
  }),
);

kernelTest("a hung tool is killed after 30 s, and the agent does not hang with it", () =>
  withNode(async (node, folder) => {
    const env = fake(folder, "iptables-nft-restore", "sleep 300");
    const { exit, stderr } = await agent(
      node,
      ["apply", "--backend=iptables", "--iptables-variant=nft", configFlag(folder, CONFIG)],
      {
        env,
      },
    );
    assert.is(exit, 1);
    assert.match(stderr, /did not end within 30 s and was killed/);
  }),
);

kernelTest("other programs' rules in table nat that iptables cannot show do not hide ours", () =>
  withNode(async (node, folder) => {
    const flags = ["--iptables-variant=nft", configFlag(folder, CONFIG)];
    await agent(node, ["apply", ...flags]);
    const foreign = "table ip nat {\nset s {\ntype ipv4_addr\n}\nchain MINE {\nip daddr @s accept\n}\n}\n";
    runInside(node, ["nft", "-f", "-"], foreign);
    assert.match((await agent(node, ["status", ...flags])).stdout, /^ipv4 \(iptables-nft\): in sync\n/m);
    const { exit, stdout } = await agent(node, ["cleanup", "--iptables-variant=nft"]);
    assert.is(exit, 0);
    assert.match(stdout, /removed: chain IP-MASQ-AGENT and 4 rules/);
    const left = runInside(node, ["nft", "list", "ruleset"]);
    assert.not.match(left, /IP-MASQ-AGENT/);
    assert.match(left, /ip daddr @s accept/);
  }),
);

kernelTest("cleanup reports IPv6 rules that could not be removed", () =>
  withNode(async (node, folder) => {
    const flag = "--iptables-variant=nft";
    await agent(node, ["apply", flag, "--enable-ipv6", configFlag(folder, CONFIG)]);
    const env = fake(folder, "ip6tables-nft-restore", "exit 4");
    const failed = await agent(node, ["cleanup", flag], { env });
    assert.is(failed.exit, 1);
    assert.match(failed.stderr, /^ipv6 \(iptables-nft\): ip6tables-nft-restore .*: exit 4/);
    // A node without IPv6 tools has nothing to clean there.
    const without = fake(folder, "ip6tables-nft", "exit 3");
    assert.is((await agent(node, ["cleanup", flag], { env: without })).exit, 0);
  }),
);

kernelTest("a tool has ended when its process has, whatever processes it leaves behind", () =>
  withNode(async (node, folder) => {
    const env = fake(folder, "iptables-legacy-save", 'sleep 3 &\nexec /usr/sbin/iptables-legacy-save "$@"');
    const { exit, stdout } = await agent(node, ["plan", "--iptables-variant=legacy", configFlag(folder, CONFIG)], {
      env,
    });
    assert.is(exit, 0);
    assert.match(stdout, /rules: 4 to add/);
  }),
);

kernelTest("the agent waits for a held xtables lock", () =>
  withNode(async (node, folder) => {
    const env = { XTABLES_LOCKFILE: `${folder}/lock` };
    writeFileSync(env.XTABLES_LOCKFILE, "");
    const holder = spawn("flock", [env.XTABLES_LOCKFILE, "sleep", "2"]);
    await new Promise((done) => setTimeout(done, 300));
    const { exit } = await agent(node, ["apply", "--iptables-variant=legacy", configFlag(folder, CONFIG)], { env });
    assert.is(exit, 0);
    assert.not(holder.exitCode === null, "it was not waited for");
    assert.is(ruleLines(saved(node, "legacy")).length, 5);
  }),
);

kernelTest("if a lock is not released, its holder is reported", () =>
  withNode(async (node, folder) => {
    const env = { XTABLES_LOCKFILE: `${folder}/lock` };
    writeFileSync(env.XTABLES_LOCKFILE, "");
    const holder = spawn("flock", [env.XTABLES_LOCKFILE, "sleep", "60"], { detached: true });
    try {
      await new Promise((done) => setTimeout(done, 300));
      const args = ["apply", "--iptables-variant=legacy", configFlag(folder, CONFIG)];
      const { exit, stderr } = await agent(node, args, { env });
      assert.is(exit, 1);
      assert.match(stderr, /restore --noflush -w 10: exit 4: the lock is held by (flock|sleep) \(pid \d+\)/);
      assert.match(stderr, /xtables lock/);
    } finally {
      process.kill(-(holder.pid ?? 0), "SIGKILL");
    }
  }),
);

const rules = (n: number) =>
  Array.from({ length: n }, (_, i) => `-A POSTROUTING -d 10.9.9.${i}/32 -j ACCEPT\n`).join("");
const nat = (n: number) => `*nat\n${rules(n)}COMMIT\n`;
const hint = (chain: string) => `*mangle\n:${chain} - [0:0]\nCOMMIT\n`;

const CHOICES: [string, { nft?: string; legacy?: string }, string][] = [
  ["nothing anywhere: what plain iptables is", {}, "nft"],
  ["kubelet's hint in legacy", { legacy: hint("KUBE-IPTABLES-HINT"), nft: nat(3) }, "legacy"],
  ["kubelet's canary in legacy", { legacy: hint("KUBE-KUBELET-CANARY") }, "legacy"],
  ["kubelet's hint in nft", { nft: hint("KUBE-IPTABLES-HINT"), legacy: nat(3) }, "nft"],
  ["more rules in legacy", { nft: nat(1), legacy: nat(2) }, "legacy"],
  ["more rules in nft", { nft: nat(2), legacy: nat(1) }, "nft"],
  ["as many in both", { nft: nat(2), legacy: nat(2) }, "nft"],
];

for (const [name, state, expected] of CHOICES) {
  kernelTest(`auto: ${name}`, () =>
    withNode(async (node, folder) => {
      for (const variant of ["nft", "legacy"] as const) {
        const text = state[variant];
        if (text) restore(node, variant, text);
      }
      const { stdout } = await agent(node, ["plan", configFlag(folder, CONFIG)]);
      assert.match(stdout, new RegExp(`^ipv4 \\(iptables-${expected}\\)`));
    }),
  );
}

kernelTest("auto: without hints or rules plain iptables decides", () =>
  withNode(async (node, folder) => {
    const env = fake(folder, "iptables", 'exec /usr/sbin/iptables-legacy "$@"');
    const { stdout } = await agent(node, ["plan", configFlag(folder, CONFIG)], { env });
    assert.match(stdout, /^ipv4 \(iptables-legacy\)/);
    restore(node, "nft", nat(1));
    const more = await agent(node, ["plan", configFlag(folder, CONFIG)], { env });
    assert.match(more.stdout, /^ipv4 \(iptables-nft\)/);
  }),
);

kernelTest("reading creates no table", () =>
  withNode(async (node, folder) => {
    for (const args of [["plan"], ["status"]])
      await agent(node, [...args, "--enable-ipv6", configFlag(folder, CONFIG)]);
    await agent(node, ["cleanup"]);
    assert.is(runInside(node, ["nft", "list", "ruleset"]), "");
    assert.is(runInside(node, ["cat", "/proc/net/ip_tables_names"]), "");
  }),
);

kernelTest("cleanup finds leftovers in the other variant", () =>
  withNode(async (node, folder) => {
    for (const variant of ["nft", "legacy"]) {
      await agent(node, ["apply", `--iptables-variant=${variant}`, "--enable-ipv6", configFlag(folder, CONFIG)]);
    }
    assert.is((await agent(node, ["cleanup"])).exit, 0);
    for (const variant of ["nft", "legacy"] as const) {
      for (const family of ["ipv4", "ipv6"] as const) assert.equal(ruleLines(saved(node, variant, family)), []);
    }
  }),
);

test.run();
