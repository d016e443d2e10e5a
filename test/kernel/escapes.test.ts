// Names and texts from other programs never reach a terminal unescaped. On both runtimes.
import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { agent, configFlag, kernelTest, restore, withNode } from "./harness.ts";
import { withLoop } from "./loop.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8]\n";

/** Sets a title, clears the screen, and forges a log line. */
const EVIL = "\u001b]0;x\u0007\u001b[2J\u009b31m";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`a rule's comment (${runtime})`, () =>
    withNode(async (node, folder) => {
      const flag = configFlag(folder, CONFIG);
      restore(
        node,
        "nft",
        `*nat\n:IP-MASQ-AGENT -\n-A IP-MASQ-AGENT -m comment --comment "a${EVIL}" -j RETURN\nCOMMIT\n`,
      );
      for (const command of ["plan", "status"]) {
        const { exit, stdout, stderr } = await agent(node, [command, "--rules", flag], { runtime });
        assert.is(exit, 0, stderr);
        // A list of changes shows control characters by their code.
        assert.match(stdout, /a(\ufffd|\\x1b)\]0;x/, command);
        assert.not.match(stdout + stderr, CONTROLS, command);
      }
      const { stdout } = await agent(node, ["status", flag, "--output=json"], { runtime });
      assert.not.match(stdout, CONTROLS);
      assert.ok(JSON.parse(stdout).families[0].rules.some(({ rule }: { rule: string }) => rule.includes(EVIL)));
      await withLoop(
        node,
        [flag],
        async (loop) => {
          await loop.until(
            () => /existing rules:\n(.*\n)*.*a(\ufffd|\\x1b)\]0;x/.test(loop.log()),
            "saying what was there",
          );
          assert.not.match(loop.log(), CONTROLS);
        },
        { runtime },
      );
    }),
  );

  kernelTest(`the name of a file, and a tool's output (${runtime})`, () =>
    withNode(async (node, folder) => {
      const flag = configFlag(folder, CONFIG, `${EVIL}.yaml`);
      const file = flag.replace("--config=", "");
      const good = await agent(undefined, ["check", file], { runtime });
      assert.match(good.stdout, /\ufffd\]0;x.*valid/);
      const bad = await agent(undefined, ["check", `${file}.none`], { runtime });
      writeFileSync(`${folder}/iptables-nft-restore`, `#!/bin/sh\nprintf '${EVIL}' >&2\nexit 4\n`, { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH}` };
      const failed = await agent(node, ["apply", flag, "--iptables-variant=nft"], { runtime, env });
      assert.is(failed.exit, 1);
      assert.match(failed.stderr, /\| \ufffd\]0;x/);
      for (const { stdout, stderr } of [good, bad, failed]) assert.not.match(stdout + stderr, CONTROLS);
    }),
  );
}

test.run();
