// Configs with two lists are made smaller, and every decision stays the same.
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Config, optimizeConfig, parseConfig } from "../../src/config/index.ts";
import { size } from "../cases.ts";
import { addressesNear, contains, formatSlow, type Prefix, prefixes } from "../core/slow.ts";

const OPTIONS = { file: "c", ipv6: true, reservedRanges: false, anyLength: true };
const optimize = (text: string) => optimizeConfig(new TextEncoder().encode(text), OPTIONS).optimized;

test("entries that may be merged, and entries that must not", () => {
  const lists: [string, string, string][] = [
    ["10.0.0.0/8, 10.1.2.0/24", "10.1.0.0/16", "10.0.0.0/8, 10.1.2.0/24 | 10.1.0.0/16"],
    ["10.0.0.0/8", "10.1.0.0/16, 10.1.2.0/24", "10.0.0.0/8 | 10.1.0.0/16"],
    ["10.0.0.0/8, 11.0.0.0/8", "10.1.0.0/17, 10.1.128.0/17", "10.0.0.0/7 | 10.1.0.0/16"],
    // The two halves make up the range that they lie in.
    ["10.0.0.0/8", "10.0.0.0/9, 10.128.0.0/9", "10.0.0.0/8 | 10.0.0.0/9, 10.128.0.0/9"],
    ["10.0.0.0/8", "9.0.0.0/8", "10.0.0.0/8 | "],
    // The removed entry kept two halves apart.
    ["10.0.0.0/8, 10.1.0.0/16", "10.1.0.0/17, 10.1.128.0/17", "10.0.0.0/8 | 10.1.0.0/16"],
    ["10.0.0.0/8, 10.2.0.0/16, 10.1.2.0/25, 10.1.2.128/25", "10.1.0.0/16", "10.0.0.0/8, 10.1.2.0/24 | 10.1.0.0/16"],
  ];
  for (const [kept, masqueraded, expected] of lists) {
    const text = optimize(`nonMasqueradeCIDRs: [${kept}]\nmasqueradeCIDRs: [${masqueraded}]\n`)?.text ?? "";
    assert.is(
      [...text.matchAll(/\[(.*)\]/g)].map((match) => match[1]).join(" | "),
      expected,
      `${kept} | ${masqueraded}`,
    );
  }
});

test("default and link-local ranges and snat are taken into account, and stay", () => {
  const text = "masqueradeCIDRs: [10.1.0.0/16, 10.1.1.0/24, 169.254.169.254/32, 8.0.0.0/8]\n";
  assert.is(optimize(text)?.text, "masqueradeCIDRs: [10.1.0.0/16, 169.254.169.254/32]\n");
  // Without an entry for a default or link-local range, that range would be kept.
  const override = "masqueradeCIDRs: [10.0.0.0/8, 10.1.0.0/16, 11.0.0.0/8, 169.254.0.0/16]\n";
  assert.is(optimize(override)?.text, "masqueradeCIDRs: [10.0.0.0/8, 169.254.0.0/16]\n");
  const snat = "snat: [{destinationCIDRs: [10.1.0.0/16], to: 1.2.3.4}]\n";
  const nested = `${snat}nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.1.0/24]\nmasqueradeCIDRs: []\n`;
  assert.is(optimize(nested)?.text, nested);
});

/** The verdict on packets to an address: the longest entry decides. */
function decideSlow(kept: readonly Prefix[], masqueraded: readonly Prefix[], address: Prefix): string {
  const bits = (list: readonly Prefix[]) =>
    Math.max(-1, ...list.filter((one) => contains(one, address)).map((one) => one.bits));
  return bits(kept) > bits(masqueraded) ? "kept" : "masqueraded";
}

test("every decision stays the same, at every edge of every prefix", () => {
  const toPrefix = (
    config: Config | undefined,
    key: "nonMasqueradeCIDRs" | "masqueradeCIDRs",
    all: readonly Prefix[],
  ) => {
    const networks = new Set(config?.[key].map(({ prefix }) => prefix.network));
    return all.filter((one) => networks.has(formatSlow(one)));
  };
  let smaller = 0;
  fc.assert(
    fc.property(prefixes(), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.boolean(), (all, coins, swap) => {
      const list = all.filter((one) => !formatSlow(one).startsWith("::ffff:"));
      const first = new Map(list.map((one) => [formatSlow(one), one]));
      const unique = [...first.values()];
      const kept = unique.filter((_, i) => (coins >> BigInt(i % 64)) & 1n);
      const masqueraded = unique.filter((one) => !kept.includes(one));
      const write = (key: string, some: readonly Prefix[]) =>
        `${key}: [${some.map((one) => `"${formatSlow(one)}"`).join(", ")}]\n`;
      const lines = [write("nonMasqueradeCIDRs", kept), write("masqueradeCIDRs", masqueraded)];
      const text = `masqLinkLocal: true\nmasqLinkLocalIPv6: true\n${(swap ? lines.reverse() : lines).join("")}`;
      const after = optimize(text)?.text ?? "";
      const config = parseConfig(after, OPTIONS).config;
      assert.ok(config, after);
      // Merged entries are not among the given ones, so all prefixes around those are candidates.
      const candidates = [...unique, ...unique.flatMap(parentsOf)];
      const results = {
        kept: toPrefix(config, "nonMasqueradeCIDRs", candidates),
        masqueraded: toPrefix(config, "masqueradeCIDRs", candidates),
      };
      if (config.nonMasqueradeCIDRs.length + config.masqueradeCIDRs.length < unique.length) smaller++;
      for (const address of addressesNear(unique)) {
        assert.is(
          decideSlow(results.kept, results.masqueraded, address),
          decideSlow(kept, masqueraded, address),
          `${formatSlow(address)}\n${text}${after}`,
        );
      }
      assert.is(optimize(after)?.text, after);
    }),
    { numRuns: size(1500, 40) },
  );
  assert.ok(smaller > size(300, 8), `${smaller}`);
});

/** All prefixes that contain this one. */
function parentsOf(prefix: Prefix): Prefix[] {
  const width = prefix.family === "ipv4" ? 32 : 128;
  return Array.from({ length: prefix.bits }, (_, bits) => {
    const shift = BigInt(width - bits);
    return { ...prefix, bits, address: (prefix.address >> shift) << shift };
  });
}

test.run();
