// The effective config means the same as the files that it was read from.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { effectiveConfig, parseConfig } from "../../src/config/index.ts";
import { compilePolicy, diffPolicies } from "../../src/policy/index.ts";

const FILE = { file: "config", ipv6: true, reservedRanges: false } as const;
const OPTIONS = { chain: "IP-MASQ-AGENT", ipv6: true, randomFully: true, ports: [] } as const;

function configOf(text: string) {
  const { config, diagnostics } = parseConfig(text, FILE);
  if (!config) throw new Error(`${text}: ${diagnostics[0]?.message}`);
  return config;
}

const TEXTS = [
  "",
  "nonMasqueradeCIDRs: []",
  "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nmasqueradeCIDRs: [10.50.0.0/16]\nmasqLinkLocal: yes",
  // In the default list, but with another verdict by an explicit entry.
  "masqueradeCIDRs: [10.0.0.0/8]",
  "snat: [{ destinationCIDRs: [172.16.0.0/12], to: 192.0.2.1-192.0.2.9 }]",
  "masqueradeCIDRs: [169.254.0.0/16]",
  "sourceCIDRs: [10.244.0.0/16]\noutputInterfaces: [eth*]\nenforceNonMasquerade: false\nresyncInterval: 1h",
];

test("parsed again, it produces the same policy", () => {
  for (const text of TEXTS) {
    const config = configOf(text);
    const again = compilePolicy(configOf(JSON.stringify(effectiveConfig(config))), OPTIONS);
    for (const [i, policy] of compilePolicy(config, OPTIONS).entries()) {
      const twin = again[i];
      assert.ok(twin);
      assert.equal(diffPolicies(policy, twin, { hasEntries: true }), [], `${text}, ${policy.family}`);
    }
  }
});

test.run();
