import { test } from "uvu";
import * as assert from "uvu/assert";
import { healthPage, readyPage } from "../../src/agent/health.ts";
import type { Keeper } from "../../src/agent/keeper.ts";
import { parseConfig } from "../../src/config/index.ts";

test("alive while the syncs of each family end within three intervals, at least two minutes", () => {
  const cases: [number[], number, number][] = [
    [[], 60_000, 200],
    [[0, 0], 60_000, 200],
    [[179_000], 60_000, 200],
    [[0, 181_000], 60_000, 503],
    [[119_000], 100, 200],
    [[121_000], 100, 503],
  ];
  const families = ["ipv4", "ipv6"] as const;
  const page = (idles: number[], interval: number) =>
    healthPage(
      idles.map((idle, i) => ({ family: families[i] ?? "ipv4", idle: () => idle })),
      interval,
    );
  for (const [idles, interval, status] of cases)
    assert.is(page(idles, interval).status, status, `${idles} ${interval}`);
  assert.is(page([0, 181_000], 60_000).text, "ipv6: no sync has completed for 181 s\n");
});

const keeper = (family: "ipv4" | "ipv6", synced: boolean, failure?: string, unavailable = false) =>
  ({ family, synced: () => synced, failure: () => failure, unavailable: () => unavailable }) as Keeper;

test("ready when every family is in sync", () => {
  const options = { file: "c", ipv6: false, reservedRanges: false };
  const bad = { ...parseConfig("cidrLimit: x", options), sources: [] };
  const good = { ...parseConfig("", options), sources: [] };
  const cases: [Keeper[], typeof good, number, RegExp][] = [
    [[keeper("ipv4", true), keeper("ipv6", true)], good, 200, /^ok\n$/],
    [[keeper("ipv4", true), keeper("ipv6", false)], good, 503, /^ipv6: not synced yet\n$/],
    [
      [keeper("ipv4", true), keeper("ipv6", false, undefined, true)],
      good,
      200,
      /^ok\nipv6: not supported by this kernel, so it has no rules\n$/,
    ],
    [[keeper("ipv4", true, "exit 4")], good, 503, /^ipv4: failing: exit 4\n$/],
    [
      [keeper("ipv4", true)],
      bad,
      200,
      /^ok\nthe config is invalid, the last valid one stays in force:\n {2}c:1:12: error: /,
    ],
    [[], bad, 503, /^no config has been valid yet\nthe config is invalid:\n {2}c:1:12: error: /],
  ];
  for (const [keepers, file, status, text] of cases) {
    const page = readyPage(keepers, file);
    assert.is(page.status, status);
    assert.match(page.text, text);
  }
});

test.run();
