import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredTable, frameOf } from "../../../src/backends/nftables/index.ts";
import { policyOf } from "../../policy-of.ts";

test("the frame has a line for everything except elements", () => {
  assert.equal(frameOf(desiredTable(policyOf(), "ip-masq-agent")), [
    'table ip ip-masq-agent { comment "managed by ip-masq-agent; changes by others are undone"; }',
    "map ip ip-masq-agent destinations { type ipv4_addr : verdict; flags interval; counter; }",
    "chain ip ip-masq-agent masq",
    "rule ip ip-masq-agent masq masquerade",
    "chain ip ip-masq-agent postrouting { type nat hook postrouting priority srcnat + 10; policy accept; }",
    "rule ip ip-masq-agent postrouting fib daddr type local return",
    "rule ip ip-masq-agent postrouting ip daddr vmap @destinations",
    "rule ip ip-masq-agent postrouting counter goto masq",
  ]);
});

test.run();
