// A sync of a chain with tens of thousands of rules must not block probes, so each part of it pauses regularly.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredChain, desiredChainInSteps } from "../src/backends/iptables/desired.ts";
import { diffChain, diffChainInSteps } from "../src/backends/iptables/diff.ts";
import { formatTable, readObserved } from "../src/backends/iptables/index.ts";
import { readObservedInSteps } from "../src/backends/iptables/observed.ts";
import { parseConfigs } from "../src/config/index.ts";
import { PIECE, type Steps } from "../src/core/index.ts";
import { compilePolicy, compilePolicyInSteps, type FamilyPolicy } from "../src/policy/index.ts";
import { size } from "./cases.ts";

const COUNT = size(20, 2) * PIECE;
const OPTIONS = { chain: "OURS", ipv6: false, randomFully: true, ports: [] };

const cidrs = (from: number) =>
  Array.from({ length: COUNT }, (_, i) => `- ${from}.${i >> 8}.${i & 255}.0/24\n`).join("");

/** Runs all steps; fails if there is less than one pause for every two pieces of entries. */
function paused<T>(steps: Steps<T>, entries: number): T {
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next();
    if (!done) continue;
    assert.ok(pauses >= entries / PIECE / 2, `${pauses} pauses for ${entries} entries`);
    return value;
  }
}

function configOf(yaml: string) {
  const { config } = parseConfigs([{ file: "config", bytes: `cidrLimit: 100000\n${yaml}` }], {
    ipv6: false,
    reservedRanges: false,
  });
  if (!config) throw new Error("the config is invalid");
  return config;
}

const CONFIGS: Readonly<Record<string, string>> = {
  kept: `nonMasqueradeCIDRs:\n${cidrs(10)}`,
  mixed: `nonMasqueradeCIDRs:\n${cidrs(10)}masqueradeCIDRs:\n${cidrs(11)}`,
  translated: `nonMasqueradeCIDRs: [10.0.0.0/8]\nsnat:\n- to: 192.0.2.1\n  destinationCIDRs:\n${cidrs(11).replace(/^/gm, "  ")}`,
  sources: `nonMasqueradeCIDRs: [10.0.0.0/8]\nsourceCIDRs:\n${cidrs(10)}`,
};

const EMPTY = readObserved(new TextEncoder().encode(formatTable("OURS", true, [])), "OURS");

for (const [name, yaml] of Object.entries(CONFIGS)) {
  test(`a long config is compiled, rendered, compared and parsed in steps: ${name}`, () => {
    const config = configOf(yaml);
    const entries = config.nonMasqueradeCIDRs.length + config.masqueradeCIDRs.length;
    const [policy] = paused(compilePolicyInSteps(config, OPTIONS), name === "sources" ? 0 : entries) as [FamilyPolicy];
    assert.equal([policy], compilePolicy(config, OPTIONS));

    const desired = paused(desiredChainInSteps(policy), COUNT);
    assert.is(desiredChain(policy), desired, "it is rendered once");
    const { jump, rules } = desired;
    assert.ok(rules.length > COUNT);

    const written = paused(diffChainInSteps(desired, EMPTY), rules.length);
    assert.is(written?.counts.added, rules.length + 1);
    assert.equal(written, diffChain(desired, EMPTY));

    const lines = [...rules.map((rule) => `-A OURS ${rule}`), `-A POSTROUTING ${jump}`];
    const dump = new TextEncoder().encode(formatTable("OURS", true, lines));
    const observed = paused(readObservedInSteps(dump, "OURS"), rules.length);
    assert.equal(observed, readObserved(dump, "OURS"));
    assert.is(paused(diffChainInSteps(desired, observed), rules.length), undefined);

    const removed = paused(diffChainInSteps({ ...desired, rules: rules.slice(0, 1) }, observed), rules.length);
    assert.is(removed?.counts.removed, rules.length, "the whole chain is rewritten");
  });
}

test("other callers can use the core between two steps", () => {
  const config = configOf(CONFIGS.kept ?? "");
  const [policy] = compilePolicy(config, OPTIONS) as [FamilyPolicy];
  const { jump, rules } = desiredChain(policy);
  const lines = [...rules.map((rule) => `-A OURS ${rule}`), `-A POSTROUTING ${jump}`];
  const dump = new TextEncoder().encode(formatTable("OURS", true, lines));
  const small = new TextEncoder().encode(formatTable("OURS", false, []));
  const meddle = <T>(steps: Steps<T>): T => {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      readObserved(small, "OURS");
    }
  };
  const observed = meddle(readObservedInSteps(dump, "OURS"));
  assert.equal(observed, readObserved(dump, "OURS"));
  const other = { ...desiredChain(policy), rules: rules.filter((_, i) => i % 100 > 0) };
  assert.equal(meddle(diffChainInSteps(other, observed)), diffChain(other, observed));
});

test.run();
