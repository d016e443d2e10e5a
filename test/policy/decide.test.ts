// The longest prefix decides: the compiled decision compared with a reference implementation that checks every rule.
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  compilePolicy,
  decide,
  explain,
  type FamilyPolicy,
  formatVerdict,
  type Packet,
} from "../../src/policy/index.ts";
import { cases, size } from "../cases.ts";
import { formatAddress, numbersBelow } from "../core/slow.ts";
import { decideSlow, randomAddress, randomConfig, shiftOf } from "./random.ts";

const OPTIONS = { chain: "X", ipv6: true, randomFully: true, ports: [] };

/** Policies, and packets for each: a million pairs in CI. */
const POLICIES = Number(process.env.LONGEST_POLICIES ?? cases(4_000));
const PACKETS = size(256, 64);

test("a million policies and packets are decided as by the reference implementation", () => {
  const below = numbersBelow(20_171_101);
  const seen = new Set<string>();
  for (let n = 0; n < POLICIES; n++) {
    const made = randomConfig(below);
    const policy = compilePolicy(made.config, OPTIONS);
    const packets: Packet[] = [];
    const expected: string[] = [];
    for (let i = 0; i < PACKETS; i++) {
      const family = below(3) === 0 ? "ipv6" : "ipv4";
      // Half of them at the edges of the entries.
      const edges = made.verdicts.filter(({ prefix }) => prefix.family === family);
      const edge = edges[below(Math.max(1, edges.length))]?.prefix;
      const size = edge ? 1n << shiftOf(edge) : 1n;
      const limit = 1n << (family === "ipv4" ? 32n : 128n);
      const near = edge && [edge.address, edge.address + size - 1n, edge.address - 1n, edge.address + size][below(4)];
      const destination =
        near !== undefined && near >= 0n && near < limit && below(2) === 0 ? near : randomAddress(below, family);
      const source = below(2) === 0 ? randomAddress(below, family) : undefined;
      const outputInterface = ["eth0", "lo", "wlan0", undefined][below(4)];
      const show = (address: bigint) => formatAddress({ family, address, bits: 0 });
      packets.push({
        destination: show(destination),
        source: source === undefined ? undefined : show(source),
        outputInterface,
      });
      expected.push(decideSlow(made, family, destination, source, outputInterface));
    }
    const got = decide(policy, packets).map((decision) => {
      assert.ok(decision);
      const outside = decision.outside ? ["outside"] : [];
      return [formatVerdict(decision.verdict), ...outside, ...decision.dependsOn].join(" ");
    });
    for (const [i, one] of got.entries()) {
      seen.add(one.replace(/ [\d.:a-f-]+/, ""));
      if (one !== expected[i]) assert.is(one, expected[i], `${JSON.stringify(packets[i])} ${describe(policy)}`);
    }
  }
  // Every kind of result has occurred.
  for (const kind of [
    "keep",
    "keep outside",
    "masquerade",
    "masquerade source",
    "snat",
    "snat source outputInterface",
  ]) {
    assert.ok(seen.has(kind), `${kind}: ${[...seen]}`);
  }
});

const describe = (policy: readonly FamilyPolicy[]) =>
  policy
    .flatMap(({ rules }) => rules.map(({ prefix, verdict }) => `${prefix.network} ${formatVerdict(verdict)}`))
    .join(", ");

test("the parts of a CIDR match the decisions about its addresses", () => {
  const below = numbersBelow(7);
  for (let n = 0; n < cases(300); n++) {
    const { config } = randomConfig(below);
    const policy = compilePolicy(config, OPTIONS);
    const [answer] = explain(policy, ["10.0.0.0/8"], { source: "10.1.2.3", outputInterface: "eth0" });
    assert.ok(answer?.ok && answer.kind === "block");
    let next = 0x0a000000n;
    for (const { first, last, decision } of answer.parts) {
      assert.is(first, next);
      next = last + 1n;
      const packets = [first, (first + last) / 2n, last].map((address) => ({
        destination: formatAddress({ family: "ipv4", address, bits: 32 }),
        source: "10.1.2.3",
        outputInterface: "eth0",
      }));
      for (const one of decide(policy, packets))
        assert.equal([one?.verdict, one?.rule], [decision.verdict, decision.rule]);
    }
    assert.is(next, 0x0b000000n);
  }
});

test.run();
