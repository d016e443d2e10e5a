import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredChain } from "../../../src/backends/iptables/index.ts";
import { parseFlags } from "../../../src/cli/flags.ts";
import { settingsOf } from "../../../src/cli/settings.ts";
import { parseConfig } from "../../../src/config/index.ts";
import { compilePolicy, parsePorts } from "../../../src/policy/index.ts";
import { isValid, rulesVectors } from "../../fixtures.ts";

test("rules are written byte for byte as iptables-save prints them", () => {
  let checked = 0;
  for (const vector of rulesVectors()) {
    if (!isValid(vector) || vector.errors.length > 0) continue;
    const { config: options, policy } = settingsOf(parseFlags(vector.flags));
    const { config } = parseConfig(vector.config ?? "", { file: "config", ...options });
    assert.ok(config, vector.name);
    for (const part of compilePolicy(config, policy)) {
      const { chain, jump, rules } = desiredChain(part);
      const recorded = (part.family === "ipv4" ? vector.v4 : vector.v6)
        .split("\n")
        .filter((line) => line.startsWith("-A"));
      const ours = [`-A POSTROUTING ${jump}`, ...rules.map((rule) => `-A ${chain} ${rule}`)];
      assert.equal(ours, recorded, `${vector.name} ${part.family}`);
      checked++;
    }
  }
  assert.ok(checked > 200);
});

/** The probabilities in the rules for these port ranges. */
function probabilities(toPorts: string): string[] {
  const ports = parsePorts(toPorts);
  const { config } = parseConfig("", { file: "c", ipv6: false, reservedRanges: false });
  assert.ok(ports.ok && config);
  const [policy] = compilePolicy(config, { chain: "X", ipv6: false, randomFully: true, ports: ports.ranges });
  assert.ok(policy);
  return desiredChain(policy)
    .rules.filter((rule) => rule.startsWith("-p tcp"))
    .flatMap((rule) => /--probability (\S+)/.exec(rule)?.[1] ?? []);
}

test("probabilities are the kernel's fraction in 11 decimals, halves to even", () => {
  assert.equal(probabilities("1024-29999,32768-65535"), ["0.46929256292"]);
  assert.equal(probabilities("1,2,3"), ["0.33333333349", "0.50000000000"]);
  // 1/4096 = 0.000244140625 lies half way between two texts with 11 decimals.
  assert.equal(probabilities("1,2-4096"), ["0.00024414062"]);
  assert.equal(probabilities("1-3,4-4096"), ["0.00073242188"]);
});

test.run();
