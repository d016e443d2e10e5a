// The promises in docs/architecture.md, each on the real kernel and in both variants.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { kubeRules } from "../../bench/kube-rules.mjs";
import { inside, runInside } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, restore, ruleLines, run, saved, VARIANTS, withNode } from "./harness.ts";

const A = "nonMasqueradeCIDRs: [10.0.0.0/8, 192.168.0.0/16]\n";
const B = "nonMasqueradeCIDRs: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10]\nmasqLinkLocal: true\n";

/** A folder of tools that record each call and then run the real tools. Returns the PATH and the calls so far. */
function watchTools(folder: string): { env: { PATH: string }; calls: () => string[] } {
  const log = `${folder}/calls`;
  for (const family of ["iptables", "ip6tables"]) {
    for (const tool of ["nft", "nft-save", "nft-restore", "legacy", "legacy-save", "legacy-restore"]) {
      const name = `${family}-${tool}`;
      writeFileSync(`${folder}/${name}`, `#!/bin/sh\necho ${name} >> ${log}\nexec /usr/sbin/${name} "$@"\n`);
      chmodSync(`${folder}/${name}`, 0o755);
    }
  }
  return {
    env: { PATH: `${folder}:${process.env.PATH}` },
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
  };
}

for (const variant of VARIANTS) {
  const flags = ["--backend=iptables", `--iptables-variant=${variant}`];

  kernelTest(`nothing is written while the rules are correct (${variant})`, () =>
    withNode(async (node, folder) => {
      const args = ["apply", ...flags, "--enable-ipv6", configFlag(folder, B)];
      const tools = watchTools(folder);
      await agent(node, args, tools);
      assert.is(tools.calls().filter((name) => name.endsWith("-restore")).length, 2);
      const again = await agent(node, args, tools);
      assert.is(tools.calls().filter((name) => name.endsWith("-restore")).length, 2);
      assert.is(again.exit, 0);
      assert.match(again.stdout, /ipv4 .*in sync, nothing written\nipv6 .*in sync, nothing written\n/);
    }),
  );

  kernelTest(`a config that is refused runs no tool (${variant})`, () =>
    withNode(async (node, folder) => {
      const tools = watchTools(folder);
      const cases = [
        [configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/08]\n")],
        [configFlag(folder, A, "good.yaml"), "--masq-chain=POSTROUTING"],
        [configFlag(folder, A, "good.yaml"), "--to-ports=0-5"],
      ];
      for (const args of cases)
        assert.is((await agent(node, ["apply", ...flags, ...args], tools)).exit, 1, args.join(" "));
      assert.equal(tools.calls(), []);
    }),
  );

  kernelTest(`rules that stay keep their counters (${variant})`, () =>
    withNode(async (node, folder) => {
      await agent(node, ["apply", ...flags, configFlag(folder, A)]);
      const counted = saved(node, variant, "ipv4", true).replace(/^\[\d+:\d+\]/gm, "[7:77]");
      const flushed = counted.replace("*nat\n", "*nat\n-F POSTROUTING\n");
      runInside(node, [`iptables-${variant}-restore`, "--noflush", "--counters"], flushed);
      const { exit, stdout } = await agent(node, ["apply", ...flags, configFlag(folder, B)]);
      assert.is(exit, 0);
      assert.match(stdout, /rules: 2 added, 1 removed, 4 kept/);
      const rules = saved(node, variant, "ipv4", true)
        .split("\n")
        .filter((line) => line.includes("-A "));
      assert.equal(
        rules.map(
          (line) => `${/^\[\d+:\d+\]/.exec(line)} ${/-d (\S+)/.exec(line)?.[1] ?? / -j (\S+)/.exec(line)?.[1]}`,
        ),
        [
          "[7:77] IP-MASQ-AGENT",
          "[7:77] 10.0.0.0/8",
          "[0:0] 172.16.0.0/12",
          "[7:77] 192.168.0.0/16",
          "[0:0] 100.64.0.0/10",
          "[7:77] MASQUERADE",
        ],
      );
    }),
  );

  kernelTest(`a jump never leads to an incomplete chain (${variant})`, () =>
    withNode(async (node, folder) => {
      const a = configFlag(folder, A, "a.yaml");
      const b = configFlag(folder, B, "b.yaml");
      const whole = new Set<string>();
      for (const flag of [a, b]) {
        await agent(node, ["apply", ...flags, flag]);
        whole.add(ruleLines(saved(node, variant)).join("\n"));
      }
      await agent(node, ["cleanup", ...flags]);
      whole.add(ruleLines(saved(node, variant)).join("\n"));
      assert.is(whole.size, 3);

      let writing = true;
      const [file, args] = inside(node, [`iptables-${variant}-save`, "-t", "nat"]);
      let looks = 0;
      const watch = async () => {
        while (writing) {
          const { stdout } = await run([file, ...args]);
          const seen = ruleLines(stdout.replace(/\[\d+:\d+\]$/gm, "[0:0]")).join("\n");
          assert.ok(whole.has(seen), `somebody could see:\n${seen}`);
          looks++;
        }
      };
      const write = async () => {
        for (let i = 0; i < 6; i++) {
          for (const step of [
            ["apply", ...flags, a],
            ["apply", ...flags, b],
            ["cleanup", ...flags],
          ]) {
            assert.is((await agent(node, step)).exit, 0);
          }
        }
        writing = false;
      };
      await Promise.all([write(), watch(), watch()]);
      assert.ok(looks > 50, `only ${looks} looks`);
    }),
  );

  kernelTest(`agents that write concurrently leave one chain and one jump (${variant})`, () =>
    withNode(async (node, folder) => {
      const desired = new Set<string>();
      const args = [A, B].map((text, i) => ["apply", ...flags, configFlag(folder, text, `${i}.yaml`)]);
      for (const one of args) {
        await agent(node, one);
        desired.add(ruleLines(saved(node, variant)).join("\n"));
      }
      for (let round = 0; round < 4; round++) {
        await agent(node, ["cleanup", ...flags]);
        const results = await Promise.all([...args, ...args].map((one) => agent(node, one)));
        for (const { exit, stderr } of results) assert.is(exit, 0, stderr);
        assert.ok(desired.has(ruleLines(saved(node, variant)).join("\n")), saved(node, variant));
      }
    }),
  );

  kernelTest(`another program's rule whose comment has a newline does no harm (${variant})`, () =>
    withNode(async (node, folder) => {
      const comment = 'two\n-A POSTROUTING -j IP-MASQ-AGENT\n# "lines" \\';
      runInside(node, [
        `iptables-${variant}`,
        "-t",
        "nat",
        "-A",
        "POSTROUTING",
        "-m",
        "comment",
        "--comment",
        comment,
        "-j",
        "ACCEPT",
      ]);
      const before = saved(node, variant);
      const apply = await agent(node, ["apply", ...flags, configFlag(folder, A)]);
      assert.is(apply.exit, 0, apply.stderr);
      assert.match((await agent(node, ["plan", ...flags, configFlag(folder, A)])).stdout, /^No changes\.\n/);
      assert.is((await agent(node, ["cleanup", ...flags])).exit, 0);
      assert.is(saved(node, variant), before);
    }),
  );

  kernelTest(`rules of other programs stay the same, byte for byte (${variant})`, () =>
    withNode(async (node, folder) => {
      const others = { ipv4: kubeRules(250, 2, "ipv4"), ipv6: kubeRules(250, 2, "ipv6") };
      const families = ["ipv4", "ipv6"] as const;
      for (const family of families) restore(node, variant, others[family], family);
      const before = families.map((family) => saved(node, variant, family));
      const mine = (line: string) => /IP-MASQ-AGENT/.test(line);
      const rest = () =>
        families.map((family) =>
          saved(node, variant, family)
            .split("\n")
            .filter((line) => !mine(line))
            .join("\n"),
        );

      for (const text of [A, B, A]) {
        const args = ["apply", ...flags, "--enable-ipv6", configFlag(folder, text)];
        assert.is((await agent(node, args)).exit, 0);
        assert.equal(rest(), before);
      }
      assert.is((await agent(node, ["cleanup", ...flags])).exit, 0);
      assert.equal(
        families.map((family) => saved(node, variant, family)),
        before,
      );
    }),
  );

  kernelTest(`a chain that other rules use is not removed (${variant})`, () =>
    withNode(async (node, folder) => {
      await agent(node, ["apply", ...flags, configFlag(folder, A)]);
      restore(node, variant, "*nat\n:OTHER - [0:0]\n-A OTHER -j IP-MASQ-AGENT\nCOMMIT\n");
      const before = saved(node, variant);
      const { exit, stderr } = await agent(node, ["cleanup", ...flags]);
      assert.is(exit, 1);
      assert.match(stderr, /rules of other programs jump to it:\n\s+-A OTHER -j IP-MASQ-AGENT/);
      assert.is(saved(node, variant), before);
    }),
  );
}

test.run();
