import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { toConfigMap } from "../../src/preview/config-map.ts";
import { filesOf } from "./evaluated.ts";

test("a ConfigMap reads back as the config in it", () => {
  const texts = ["nonMasqueradeCIDRs: [10.0.0.0/8]\n", "a: 1", "\n\n  {}\n\n", "# ü\n\nx: |\n  y\n", '{"a": "b"}'];
  for (const config of texts) {
    const manifest = parse(toConfigMap(filesOf(config)));
    assert.is(manifest.kind, "ConfigMap");
    assert.is(manifest.data.config.trimEnd(), config.trimEnd(), config);
  }
  const two = toConfigMap([
    { file: "ip-masq-a.yaml", text: "a: 1\n" },
    { file: "of b: x", text: "b: 2\n" },
  ]);
  assert.equal(parse(two).data, { "ip-masq-a.yaml": "a: 1\n", "of b: x": "b: 2\n" });
  // A text that is already a ConfigMap stays as it is.
  assert.is(toConfigMap(filesOf(two)), two);
});

test.run();
