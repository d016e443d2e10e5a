import { test } from "uvu";
import * as assert from "uvu/assert";
import { decide, diffSpaces, formatVerdict } from "../../src/policy/index.ts";
import { evaluate } from "../../src/preview/evaluate.ts";
import { pointOf, stepOf } from "../../src/preview/hilbert.ts";
import {
  changesIn,
  findStretch,
  formatAddress,
  formatBlock,
  ipv4SpaceOf,
  LOOKS,
  looksOf,
  sizeOf,
  stretchesOf,
  WHOLE,
} from "../../src/preview/space.ts";
import { CONFIG_FILE, DEFAULT_FLAGS } from "../../src/preview/state.ts";

const policyOf = (cidrs: string) => {
  const policy = evaluate([{ file: CONFIG_FILE, text: `nonMasqueradeCIDRs: [${cidrs}]` }], DEFAULT_FLAGS).policy?.[0];
  if (!policy) throw new Error(`no policy: ${cidrs}`);
  return policy;
};

test("the curve visits every cell once, and consecutive cells are adjacent", () => {
  for (const side of [1, 2, 8, 64]) {
    const seen = new Set<number>();
    let last = pointOf(side, 0);
    assert.equal(last, { x: 0, y: 0 });
    for (let d = 0; d < side * side; d++) {
      const point = pointOf(side, d);
      assert.is(stepOf(side, point), d);
      assert.ok(d === 0 || Math.abs(point.x - last.x) + Math.abs(point.y - last.y) === 1);
      seen.add(point.y * side + point.x);
      last = point;
    }
    assert.is(seen.size, side * side);
  }
});

const CASES = [
  "",
  "0.0.0.0/0",
  "10.0.0.0/8",
  "10.0.0.0/8, 10.1.2.3/32, 255.255.255.255/32",
  "0.0.0.0/1, 128.0.0.0/9",
  "240.0.0.0/4, 10.64.0.0/10, 10.0.0.0/8",
];

test("ranges have the same verdicts as the policy", () => {
  for (const cidrs of CASES) {
    const policy = policyOf(cidrs);
    const stretches = stretchesOf(ipv4SpaceOf(policy));
    assert.is(stretches[0]?.first, 0);
    const asked = stretches
      .flatMap(({ first }) => [first, first - 1, first + 1])
      .filter((one) => one >= 0 && one < 2 ** 32);
    const answers = decide(
      [policy],
      asked.map((address) => ({ destination: formatAddress(address) })),
    );
    for (const [i, address] of asked.entries()) {
      const answer = answers[i];
      const stretch = stretches[findStretch(stretches, address)];
      assert.ok(
        answer && answer.verdict === stretch?.verdict && answer.rule === stretch?.rule,
        `${cidrs}: ${formatAddress(address)}`,
      );
    }
  }
});

/** The look of a part, computed from all ranges. */
const slowLook = (stretches: ReturnType<typeof stretchesOf>, first: number, size: number) => {
  const verdicts = new Set<string>();
  for (const { first: at, verdict } of stretches)
    if (at >= first && at < first + size) verdicts.add(formatVerdict(verdict));
  verdicts.add(formatVerdict(stretches[findStretch(stretches, first)]?.verdict ?? { kind: "keep" }));
  return verdicts.size > 1 ? "mixed" : [...verdicts][0];
};

test("the look of a block's parts, and the parts in which two policies differ", () => {
  const blocks = [
    WHOLE,
    { first: 10 * 2 ** 24, bits: 8 },
    { first: 10 * 2 ** 24 + 2 ** 16, bits: 16 },
    { first: 255 * 2 ** 24, bits: 8 },
  ];
  for (const block of blocks) {
    for (const cidrs of CASES) {
      const space = ipv4SpaceOf(policyOf(cidrs));
      const stretches = stretchesOf(space);
      const looks = looksOf(stretches, block, 256);
      const size = sizeOf(block) / 256;
      for (const [i, look] of looks.entries()) {
        assert.is(
          LOOKS[look],
          slowLook(stretches, block.first + i * size, size),
          `${cidrs} in ${formatBlock(block)}, ${i}`,
        );
      }
      for (const other of CASES) {
        const otherSpace = ipv4SpaceOf(policyOf(other));
        const others = stretchesOf(otherSpace);
        const changed = changesIn(diffSpaces(space, otherSpace), block, 256);
        for (const [i, bit] of changed.entries()) {
          const first = block.first + i * size;
          const borders = [...stretches, ...others]
            .map((one) => one.first)
            .filter((at) => at > first && at < first + size);
          const differs = [first, ...borders].some(
            (at) =>
              stretches[findStretch(stretches, at)]?.verdict.kind !== others[findStretch(others, at)]?.verdict.kind,
          );
          assert.is(bit === 1, differs, `${cidrs} and ${other} in ${formatBlock(block)}, ${i}`);
        }
      }
    }
  }
});

test.run();
