// Rules of other programs that iptables cannot show, and jumps that no text can name.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runInside } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, restore, ruleLines, saved, VARIANTS, withNode } from "./harness.ts";
import { withLoop } from "./loop.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8]\n";
const OURS = "IP-MASQ-AGENT";

/** Native rules: the input for nft, and a part of how nft prints them. */
const NATIVE: [string, RegExp][] = [
  ['oifname "eth9" counter masquerade', /oifname "eth9" counter masquerade/],
  ["ip saddr { 1.2.3.4, 5.6.7.8 } meta mark set 5", /ip saddr \{ 1\.2\.3\.4, 5\.6\.7\.8 \} meta mark set 0x0*5/],
  ["snat to ip saddr map { 1.2.3.4 : 5.6.7.8 }", /snat to ip saddr map \{ 1\.2\.3\.4 : 5\.6\.7\.8 \}/],
  ["ct mark set 5", /ct mark set 0x0*5/],
];

const nft = (node: string, ...words: string[]) => runInside(node, ["nft", "-f", "-"], `${words.join(" ")}\n`);
/** Lists a chain; nft warns on standard error that the table is not its own. */
const list = (node: string, flag: string, chain: string) =>
  runInside(node, ["sh", "-c", 'exec "$@" 2> /dev/null', "sh", "nft", flag, "list", "chain", "ip", "nat", chain]);
const listed = (node: string, chain: string) => list(node, "-s", chain);
const handles = (node: string, chain: string) =>
  [...list(node, "-a", chain).matchAll(/# handle (\d+)$/gm)].map(([, handle]) => Number(handle));

for (const verb of ["insert", "add"]) {
  for (const [rule, shown] of NATIVE) {
    kernelTest(`everything works with a native rule in POSTROUTING (${verb} ${rule})`, () =>
      withNode(async (node, folder) => {
        const flags = ["--iptables-variant=nft", configFlag(folder, CONFIG)];
        nft(node, "add table ip nat; add chain ip nat POSTROUTING { type nat hook postrouting priority 100; };");
        nft(node, verb, "rule ip nat POSTROUTING", rule);
        const before = listed(node, "POSTROUTING");
        const written = await agent(node, ["apply", ...flags]);
        assert.is(written.exit, 0, written.stderr);
        assert.match(
          written.stderr,
          /^ipv4 \(iptables-nft\): chain POSTROUTING has a rule that iptables cannot show: /,
        );
        assert.match(written.stderr, shown);
        assert.is(written.stderr.match(/cannot show/g)?.length, 1, "it is reported once");
        assert.match(written.stdout, /written: rules: 4 added, 0 removed, 0 kept/);

        // A rule that is added later is on the other side of our jump.
        nft(node, verb, "rule ip nat POSTROUTING", rule);
        const marks = handles(node, "POSTROUTING");
        const again = await agent(node, ["apply", ...flags]);
        assert.match(again.stdout, /in sync, nothing written/, again.stderr);
        assert.equal(handles(node, "POSTROUTING"), marks);

        const status = await agent(node, ["status", "--output=json", ...flags]);
        const { inSync, warnings, families } = JSON.parse(status.stdout);
        assert.ok(inSync);
        assert.match(warnings[0], shown);
        assert.match(families[0].rules[0].rule, /addrtype ! --dst-type LOCAL -j IP-MASQ-AGENT/);

        const cleaned = await agent(node, ["cleanup", "--iptables-variant=nft"]);
        assert.is(cleaned.exit, 0, cleaned.stderr);
        assert.match(cleaned.stdout, /^ipv4 \(iptables-nft\): removed/);
        assert.not.match(listed(node, "POSTROUTING"), new RegExp(OURS));
        const natives = (text: string) => text.split("\n").filter((line) => shown.test(line)).length;
        assert.is(natives(listed(node, "POSTROUTING")), 2 * natives(before));
        assert.throws(() => listed(node, OURS));
      }),
    );
  }
}

kernelTest("jumps next to native rules of both kinds are repaired", () =>
  withNode(async (node, folder) => {
    const flags = ["--iptables-variant=nft", configFlag(folder, CONFIG)];
    await agent(node, ["apply", ...flags]);
    nft(node, "insert rule ip nat POSTROUTING meta mark set 5");
    nft(node, "add rule ip nat POSTROUTING ct mark set 5");
    const sync = async () => {
      const { exit, stdout, stderr } = await agent(node, ["apply", ...flags]);
      assert.is(exit, 0, stderr);
      return stdout;
    };
    assert.match(await sync(), /in sync/);
    // Other jumps: one that only nft shows, and a duplicate that iptables can show.
    nft(node, `add rule ip nat POSTROUTING ct mark 7 goto ${OURS}`);
    runInside(node, ["iptables-nft", "-t", "nat", "-I", "POSTROUTING", "-s", "9.9.9.9", "-j", OURS]);
    assert.match(await sync(), /written: rules: 0 added, 2 removed, \d kept/);
    assert.match(await sync(), /in sync/);
    // And no jump at all.
    const [, handle] = /jump IP-MASQ-AGENT # handle (\d+)/.exec(list(node, "-a", "POSTROUTING")) as RegExpExecArray;
    nft(node, `delete rule ip nat POSTROUTING handle ${handle}`);
    assert.match(await sync(), /written: rules: 1 added, 0 removed, 3 kept/);
    assert.match(await sync(), /in sync/);
  }),
);

kernelTest("a duplicate jump next to a native rule is removed", () =>
  withNode(async (node, folder) => {
    const flags = ["--iptables-variant=nft", configFlag(folder, CONFIG)];
    await agent(node, ["apply", ...flags]);
    const [jump = ""] = saved(node, "nft").match(/^-A POSTROUTING.*$/m) ?? [];
    restore(node, "nft", `*nat\n${jump}\nCOMMIT\n`);
    nft(node, "add rule ip nat POSTROUTING ct mark set 5");
    assert.is(listed(node, "POSTROUTING").match(/jump/g)?.length, 2);
    const { exit, stderr } = await agent(node, ["apply", ...flags]);
    assert.is(exit, 0, stderr);
    assert.is(listed(node, "POSTROUTING").match(/jump/g)?.length, 1);
    assert.match((await agent(node, ["apply", ...flags])).stdout, /in sync/);
  }),
);

kernelTest("with a native rule Deno needs no more permissions than in docs/deno.md", () =>
  withNode(async (node, folder) => {
    const config = configFlag(folder, CONFIG);
    nft(node, "add table ip nat; add chain ip nat POSTROUTING { type nat hook postrouting priority 100; };");
    nft(node, "add rule ip nat POSTROUTING ct mark set 5");
    const args = ["--iptables-variant=nft", config];
    await withLoop(
      node,
      args,
      async ({ until, log, stop }) => {
        await until(() => /4 added/.test(log()), "the sync");
        assert.match(log(), /cannot show: ct mark set/);
        assert.is((await stop("SIGTERM")).exit, 0);
      },
      { runtime: "deno" },
    );
  }),
);

for (const [rule, shown] of NATIVE) {
  kernelTest(`a native rule in our chain is drift (${rule})`, () =>
    withNode(async (node, folder) => {
      const flags = ["--iptables-variant=nft", configFlag(folder, CONFIG)];
      await agent(node, ["apply", ...flags]);
      const before = saved(node, "nft");
      nft(node, "insert rule ip nat", OURS, rule);

      const planned = await agent(node, ["plan", "--exit-code", "--rules", ...flags]);
      assert.is(planned.exit, 2, planned.stderr);
      assert.match(planned.stderr, shown);
      assert.match(planned.stdout, /^- -A IP-MASQ-AGENT # nft: /m);
      assert.match(planned.stdout, /^ {2}The rules in force cannot be read: chain IP-MASQ-AGENT has a rule that$/m);
      const status = await agent(node, ["status", "--rules", ...flags]);
      assert.match(status.stdout, shown);
      const { exit, stderr } = await agent(node, ["apply", ...flags]);
      assert.is(exit, 0, stderr);
      assert.match(stderr, shown);
      assert.is(saved(node, "nft"), before);
      assert.match((await agent(node, ["apply", ...flags])).stdout, /in sync/);
    }),
  );

  kernelTest(`cleanup shows a native rule in our chain, and removes the chain (${rule})`, () =>
    withNode(async (node, folder) => {
      await agent(node, ["apply", "--iptables-variant=nft", configFlag(folder, CONFIG)]);
      nft(node, "add rule ip nat", OURS, rule);
      const { exit, stdout, stderr } = await agent(node, ["cleanup", "--iptables-variant=nft"]);
      assert.is(exit, 0, stderr);
      assert.match(stderr, /^ipv4 \(iptables-nft\): chain IP-MASQ-AGENT has a rule that iptables cannot show: /);
      assert.match(stderr, shown);
      assert.match(stdout, /^ipv4 \(iptables-nft\): removed: chain IP-MASQ-AGENT and 5 rules$/m);
      assert.equal(ruleLines(saved(node, "nft")), []);
    }),
  );
}

kernelTest("cleanup does not report what it has not done", () =>
  withNode(async (node, folder) => {
    const flag = "--iptables-variant=nft";
    await agent(node, ["apply", flag, configFlag(folder, CONFIG)]);
    // The map that leads to the chain belongs to another program, and iptables shows its rule as empty.
    nft(node, `add rule ip nat POSTROUTING ip daddr vmap { 9.9.9.9 : jump ${OURS} }`);
    for (const rule of ["", "add rule ip nat POSTROUTING ct mark set 5"]) {
      if (rule) nft(node, rule);
      const before = listed(node, "POSTROUTING");
      const { exit, stdout, stderr } = await agent(node, ["cleanup", flag]);
      assert.is(exit, 1);
      assert.not.match(stdout, /^ipv4 .*removed/m);
      assert.match(stderr, rule ? /other programs jump to it:\n.*vmap/ : /Device or resource busy/);
      assert.is(listed(node, "POSTROUTING"), before);
    }
  }),
);

kernelTest("the loop repairs despite a native rule, and reports the rule once", () =>
  withNode(async (node, folder) => {
    const config = configFlag(folder, `${CONFIG}resyncInterval: 100ms\n`);
    await withLoop(node, ["--iptables-variant=nft", config], async ({ until, log, stop }) => {
      await until(() => /4 added/.test(log()), "the first sync");
      nft(node, 'add rule ip nat POSTROUTING oifname "eth9" counter masquerade');
      await until(
        () => /W.* chain POSTROUTING has a rule that iptables cannot show: oifname "eth9"/.test(log()),
        "the warning",
      );
      nft(node, `flush chain ip nat ${OURS}`);
      await until(() => /drift is repaired/.test(log()), "the repair");
      const marks = handles(node, OURS);
      nft(node, "insert rule ip nat", OURS, "ct mark set 5");
      await until(
        () => /W.* chain IP-MASQ-AGENT has a rule that iptables cannot show: ct mark set/.test(log()),
        "the other warning",
      );
      await until(() => (log().match(/drift is repaired/g)?.length ?? 0) > 1, "the other repair");
      const now = handles(node, OURS);
      assert.is(now.length, marks.length);
      await new Promise((done) => setTimeout(done, 500));
      assert.equal(handles(node, OURS), now, "nothing is written while in sync");
      assert.is(log().match(/cannot show: oifname "eth9"/g)?.length, 1, log());
      await stop("SIGTERM");
    });
  }),
);

/** Comments that a line of iptables-restore, or an argument, cannot contain. */
const COMMENTS: [string, string][] = [
  ["a newline", 'two\\nlines \\"q\\" \\\\\\\\'],
  ["bytes that are not UTF-8", "bad \\377\\376"],
  ["both", "two\\nlines \\377"],
];

for (const variant of VARIANTS) {
  for (const [what, comment] of COMMENTS) {
    kernelTest(`a jump whose comment has ${what} does not stop a sync (${variant})`, () =>
      withNode(async (node, folder) => {
        const flags = [`--iptables-variant=${variant}`, configFlag(folder, CONFIG)];
        await agent(node, ["apply", ...flags]);
        const before = saved(node, variant);
        const jump = `exec iptables-${variant} -t nat -I POSTROUTING -m comment --comment "$(printf '${comment}')" -j ${OURS}`;
        runInside(node, ["sh", "-c", jump]);
        const { exit, stdout, stderr } = await agent(node, ["apply", ...flags]);
        assert.is(exit, 0, stderr);
        if (what === "both" && variant === "legacy") {
          assert.match(stderr, /this rule cannot be removed, .*: -A POSTROUTING .*two\\nlines/);
          const refused = await agent(node, ["cleanup", flags[0] ?? ""]);
          assert.is(refused.exit, 1);
          assert.match(refused.stderr, /jump to it:\n.*two\\nlines/);
          return;
        }
        assert.match(stdout, /written: rules: 0 added, 1 removed, 4 kept/);
        assert.is(saved(node, variant), before);
        runInside(node, ["sh", "-c", jump]);
        const cleaned = await agent(node, ["cleanup", flags[0] ?? ""]);
        assert.is(cleaned.exit, 0, cleaned.stderr);
        assert.equal(ruleLines(saved(node, variant)), []);
      }),
    );
  }
}

test.run();
