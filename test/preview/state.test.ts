import { test } from "uvu";
import * as assert from "uvu/assert";
import { EMPTY_STATE, type PageState, packState, readState, unpackState } from "../../src/preview/state.ts";

test("a state is the same after a round trip through a link", async () => {
  const state: PageState = {
    question: "10.244.1.7 → 10.1.2.3",
    files: [
      { file: "a.yaml", text: "nonMasqueradeCIDRs: [10.0.0.0/8] # ünïcödé\n" },
      { file: "b.yaml", text: "" },
    ],
    before: [{ file: "a.yaml", text: "" }],
    flags: {
      backend: "nftables",
      table: "t",
      chain: "X",
      ipv6: true,
      reservedRanges: true,
      randomFully: false,
      ports: "1-2",
    },
    addresses: "10.0.0.1\n",
    place: { kind: "key", value: "dst" },
    sourcePlace: { kind: "field", value: "4" },
    observed: { ipv4: "*nat\n", ipv6: "", nftables: "table ip t {\n}\n" },
    tab: "plan",
  };
  const fragment = await packState(state);
  assert.match(fragment, /^[\w-]+$/);
  assert.equal(await unpackState(fragment), state);
  assert.equal(await unpackState(await packState(EMPTY_STATE)), EMPTY_STATE);
});

test("invalid states are refused", async () => {
  for (const fragment of ["", "x", "%%%", "AAAA", "S0xO"]) assert.is(await unpackState(fragment), undefined, fragment);
  for (const value of [
    null,
    1,
    "x",
    [],
    {},
    { flags: { backend: "x" }, observed: null, tab: "x", files: [{}], before: [] },
  ]) {
    assert.equal(readState(value), EMPTY_STATE);
  }
  // A state must have files.
  assert.is(await unpackState(await packState({} as PageState)), undefined);
  const bomb = await packState({ ...EMPTY_STATE, question: "x".repeat(9 << 20) });
  assert.ok(bomb.length < 20_000);
  assert.is(await unpackState(bomb), undefined);
});

test.run();
