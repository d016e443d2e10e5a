import { test } from "uvu";
import * as assert from "uvu/assert";
import { detectVariant } from "../../../src/backends/iptables/variant.ts";
import { type Step, scriptedRunner } from "../../scripted-runner.ts";

/** The output of the tools, and the variant that the node uses. */
const NODES: [string, readonly Step[], "nft" | "legacy"][] = [
  ["no nft tools", [{ command: /^ip6?tables-nft-save/, fails: "missing" }], "legacy"],
  [
    "kubelet's chain",
    [{ command: /^iptables-nft-save/, stdout: "*mangle\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT\n" }],
    "nft",
  ],
  ["plain iptables is nft", [{ command: "iptables -V", stdout: "iptables v1.8.9 (nf_tables)" }], "nft"],
  [
    "kubelet's chain in the legacy tables",
    [
      { command: /^iptables-nft-save -t mangle/, stderr: "# Warning: iptables-legacy tables present" },
      { command: /^iptables-legacy-save/, stdout: "*mangle\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n" },
    ],
    "legacy",
  ],
];

for (const [what, steps, variant] of NODES) {
  test(`the variant of a node: ${what}`, async () => {
    const { run } = scriptedRunner([
      ...steps,
      ...Array.from({ length: 4 }, () => ({ command: /^ip6?tables-\w+-save/ })),
    ]);
    assert.is(await detectVariant(run, "IP-MASQ-AGENT"), variant);
  });
}

test.run();
