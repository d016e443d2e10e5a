// The rows of a policy's table, and the rows in which two policies differ, compared with decisions about single addresses.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatAddresses } from "../../src/core/index.ts";
import {
  blocksOf,
  compilePolicy,
  diffJudges,
  explainBy,
  judgeOf,
  outcomesOf,
  stretchesOf,
} from "../../src/policy/index.ts";
import { cases, size } from "../cases.ts";
import { numbersBelow } from "../core/slow.ts";
import { randomAddress, randomConfig } from "./random.ts";

const FAMILIES = ["ipv4", "ipv6"] as const;
const OPTIONS = { chain: "IP-MASQ-AGENT", ipv6: true, randomFully: false, ports: [] };
const UNKNOWN = { source: false, outputInterface: undefined };

const below = numbersBelow(15);
const randomOutcomes = () => outcomesOf(compilePolicy(randomConfig(below).config, OPTIONS));

/** A CIDR as the range of addresses that it covers. */
function boundsOf(cidr: string): readonly [first: bigint, last: bigint] {
  const [part] = explainBy(outcomesOf([]), [cidr]).flatMap((answer) =>
    answer.ok && answer.kind === "block" ? answer.parts : [],
  );
  return [part?.first ?? -1n, part?.last ?? -1n];
}

test("the rows cover the space without gaps, and each has the rule that decides", () => {
  for (let round = 0; round < size(200, 4); round++) {
    const outcomes = randomOutcomes();
    const judge = judgeOf(outcomes, UNKNOWN);
    for (const family of FAMILIES) {
      let next = 0n;
      const rows = [...blocksOf(family, stretchesOf(judge, family))];
      for (const { cidr, first, last, numbers } of rows) {
        const [from, to] = boundsOf(cidr);
        assert.is(from, next, cidr);
        assert.equal([first, last], formatAddresses(family, [from, to]));
        if (family === "ipv4") assert.equal(numbers, [Number(from), Number(to)]);
        next = to + 1n;
      }
      assert.is(next, 1n << (family === "ipv4" ? 32n : 128n));
      const answers = explainBy(
        outcomes,
        rows.map(({ first }) => first),
      );
      const decisions = answers.map((answer) => answer.ok && answer.kind === "address" && answer.decision);
      for (const [i, { value, cidr }] of rows.entries()) assert.equal(judge.decision(value), decisions[i], cidr);
    }
  }
});

test("two policies differ in exactly the reported rows", () => {
  for (let round = 0; round < cases(300); round++) {
    const [old, wanted] = [judgeOf(randomOutcomes(), UNKNOWN), judgeOf(randomOutcomes(), UNKNOWN)];
    for (const { family, differences } of diffJudges(old, wanted, FAMILIES)) {
      const ends = differences.flatMap(({ first, last }) => [first, last]);
      const asked = [...ends, ...Array.from({ length: 20 }, () => randomAddress(below, family))];
      const indexAt = (judge: typeof old) => [...stretchesOf(judge, family)];
      const [before, after] = [indexAt(old), indexAt(wanted)];
      for (const address of asked) {
        const at = (stretches: typeof before) => stretches.find(({ last }) => address <= last)?.value ?? -1;
        const differs = old.treatment(at(before)) !== wanted.treatment(at(after));
        const row = differences.find(({ first, last }) => first <= address && address <= last);
        assert.is(row !== undefined, differs, `${address}`);
        if (row) assert.equal([row.before, row.after], [at(before), at(after)]);
      }
    }
  }
});

test.run();
