import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findCovers, parsePrefixes, sortPrefixes } from "../../src/core/index.ts";
import { cases } from "../cases.ts";
import { contains, formatSlow, type Prefix, prefixes } from "./slow.ts";

test("order and covers match the reference implementation", () => {
  fc.assert(
    fc.property(prefixes(), (list) => {
      const { records } = parsePrefixes(list.map(formatSlow));
      const key = ({ family, address, bits }: Prefix) => [family === "ipv4" ? 0n : 1n, address, BigInt(bits)] as const;
      const order = list
        .map((_, i) => i)
        .sort((a, b) => {
          const [x, y] = [key(list[a] as Prefix), key(list[b] as Prefix)];
          const at = x.findIndex((part, i) => part !== y[i]);
          return at < 0 ? a - b : (x[at] as bigint) < (y[at] as bigint) ? -1 : 1;
        });
      assert.equal([...sortPrefixes(records)], order);
      const covers = list.map((inner, i) => {
        let best = -1;
        for (const [j, outer] of list.entries()) {
          if (i === j || !contains(outer, inner)) continue;
          // Of equal prefixes the nearest earlier one counts, never a later one.
          if (outer.bits === inner.bits && j > i) continue;
          const rank = (k: number) => (list[k]?.bits ?? -1) * 1000 + k;
          if (best < 0 || rank(j) > rank(best)) best = j;
        }
        return best;
      });
      assert.equal([...findCovers(records)], covers);
    }),
    { numRuns: cases(3000) },
  );
});

test.run();
