import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { completeKey } from "../../src/preview/config-keys.ts";

/** The completions offered at `^`. */
function offered(text: string): readonly { readonly label: string; readonly apply: string }[] | undefined {
  const pos = text.indexOf("^");
  const state = EditorState.create({ doc: text.slice(0, pos) + text.slice(pos + 1) });
  const result = completeKey(new CompletionContext(state, pos, true));
  return result?.options.map(({ label, apply }) => ({ label, apply: String(apply) }));
}

const SNAT = ["destinationCIDRs", "to"];
const ALL = [
  ...["nonMasqueradeCIDRs", "masqueradeCIDRs", "snat", "sourceCIDRs", "outputInterfaces"],
  ...["enforceNonMasquerade", "cidrLimit", "masqLinkLocal", "masqLinkLocalIPv6", "resyncInterval"],
];

const CASES: readonly (readonly [text: string, labels: readonly string[] | undefined])[] = [
  ["^", ALL],
  ["cidrLimit: 1\nnon^", ALL.filter((key) => key !== "cidrLimit")],
  ["CIDRlimit: 1\n^", ALL.filter((key) => key !== "cidrLimit")],
  ["# a comment\nsnat:\n  - ^", SNAT],
  ["snat:\n- ^", SNAT],
  ["snat:\n- destinationCIDRs: [10.0.0.0/8]\n  # where to\n  t^", SNAT],
  ["snat:\n  - to: 192.0.2.1\n    d^", SNAT],
  ["snat: [{ ^", SNAT],
  ["snat: [{ to: 192.0.2.1, ^", SNAT],
  ["snat: [{ to: 192.0.2.1, destinationCIDRs: [10.0.0.0/8, ^", undefined],
  ["snat: [{ to: ^", undefined],
  ["snat:\n  - { ^", SNAT],
  ["snat:\n  - to: 192.0.2.1\n^", ALL.filter((key) => key !== "snat")],
  ["nonMasqueradeCIDRs:\n  - ^", undefined],
  ["nonMasqueradeCIDRs:\n- ^", undefined],
  ["nonMasqueradeCIDRs: [10.0.0.0/8, f^", undefined],
  ["masqLinkLocal: t^", undefined],
  ['{\n  "snat": [\n    {\n      "^', SNAT.map((key) => `"${key}`)],
  ['{\n  "nonMasqueradeCIDRs": [\n    "^', undefined],
  ['{ "^', ALL.map((key) => `"${key}`)],
  ["kind: ConfigMap\ndata:\n  config: |\n    s^", ALL],
  ["kind: ConfigMap\ndata:\n  config: |\n    snat:\n      - ^", SNAT],
  ["kind: ConfigMap\nmetadata:\n  n^", undefined],
  ["kind: ConfigMap\nd^", undefined],
];

for (const [text, labels] of CASES) {
  test(`completion: ${JSON.stringify(text)}`, () => {
    const found = offered(text);
    assert.equal(
      found?.map(({ label }) => label),
      labels,
    );
  });
}

test("inserted text: a colon unless there is one, with the quotes that were opened", () => {
  const inserted = (text: string) => offered(text)?.find(({ label }) => label.endsWith("snat"))?.apply;
  assert.is(inserted("s^"), "snat: ");
  assert.is(inserted("s^: []"), "snat");
  assert.is(inserted('{ "s^'), '"snat": ');
  assert.is(inserted('{ "s^": []'), '"snat');
});

test.run();
