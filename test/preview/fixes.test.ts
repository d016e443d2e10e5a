import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate } from "../../src/preview/evaluate.ts";
import { applyFix, fixesOf } from "../../src/preview/fixes.ts";
import { DEFAULT_FLAGS } from "../../src/preview/state.ts";
import { filesOf } from "./evaluated.ts";

test("hints that contain a fix", () => {
  const cases: [config: string, fixed: string[]][] = [
    ["nonMasqueradeCIDRs: [10.0.0.1/8]", ["nonMasqueradeCIDRs: [10.0.0.0/8]", "nonMasqueradeCIDRs: [10.0.0.1/32]"]],
    ["nonMasqueradeCIDRs: ['10.0.0.0/08']", ["nonMasqueradeCIDRs: ['10.0.0.0/8']"]],
    ["nonMasqueradeCIDRs: [10.0.0.0/8, 10.0.0.0/8]", ["nonMasqueradeCIDRs: [10.0.0.0/8]"]],
    ["nonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 10.1.0.0/16 # x\n", ["nonMasqueradeCIDRs:\n- 10.0.0.0/8\n"]],
    ["masqLinkLocal: 'true'", ["masqLinkLocal: true"]],
    ["masqlinklokal: true", ["masqLinkLocal: true"]],
    ["outputInterfaces: [eth+]", ["outputInterfaces: [eth*]"]],
    ["nonMasqueradeCIDRs: [10.300.0.0/16]", []],
    ["apiVersion: v1\nkind: ConfigMap\ndata:\n  config: 'nonMasqueradeCIDRs: [10.0.0.1/8]'\n", []],
  ];
  for (const [config, fixed] of cases) {
    const { parsed } = evaluate(filesOf(config), DEFAULT_FLAGS);
    const [diagnostic] = parsed.diagnostics;
    if (!diagnostic) return assert.unreachable(config);
    assert.equal(
      fixesOf(diagnostic, config).map((fix) => applyFix(config, diagnostic, fix)),
      fixed,
      config,
    );
  }
});

test.run();
