// The recorded cases of the established agent, on the real kernel: the same rules byte for byte, or none at all.
import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isValid, type RulesVector, rulesVectors } from "../fixtures.ts";
import { agent, configFlag, kernelTest, ruleLines, saved, withNode } from "./harness.ts";

async function check(vector: RulesVector): Promise<void> {
  await withNode(async (node, folder) => {
    const where = `${vector.name} (${vector.backend})`;
    // Without a config file the agent looks at the default path, where a test machine has none.
    const config =
      vector.config === null && !existsSync("/etc/config/ip-masq-agent")
        ? []
        : [configFlag(folder, vector.config ?? "")];
    const args = ["apply", `--iptables-variant=${vector.backend}`, ...config, ...vector.flags];
    const { exit, stderr } = await agent(node, args);
    const valid = isValid(vector);
    assert.is(exit === 0, valid, `${where}: exit ${exit}\n${stderr}`);
    for (const family of ["ipv4", "ipv6"] as const) {
      const ours = ruleLines(saved(node, vector.backend, family));
      if (!valid) {
        assert.equal(ours, [], `${where}: the kernel is touched`);
        assert.match(stderr, /\S/, where);
      } else if (vector.errors.length === 0) {
        assert.equal(ours, ruleLines(family === "ipv4" ? vector.v4 : vector.v6), `${where} ${family}`);
      }
    }
  });
}

for (const backend of ["nft", "legacy"] as const) {
  kernelTest(`148 recorded cases leave the recorded rules (${backend})`, async () => {
    const left = rulesVectors().filter((vector) => vector.backend === backend);
    assert.is(left.length, 148);
    const worker = async () => {
      for (let vector = left.pop(); vector; vector = left.pop()) await check(vector);
    };
    await Promise.all([worker(), worker()]);
  });
}

test.run();
