import { test } from "uvu";
import * as assert from "uvu/assert";
import { walk } from "../../src/netfilter/index.ts";
import { iptables, outcomeText, PACKET, viewOf } from "./views.ts";

const TARGETS: readonly (readonly [rules: string[], expected: string])[] = [
  [["-j SNAT --to-source 192.0.2.50"], `translated ${0xc0000232}-${0xc0000232}`],
  [
    ["-p udp -j SNAT --to-source 192.0.2.50-192.0.2.51:1024-2048 --persistent"],
    `translated ${0xc0000232}-${0xc0000233}`,
  ],
  [["-j SNAT --to-source 10.244.0.2"], "bound"],
  [["-p udp -j SNAT --to-source :1024-2048"], "bound"],
  [["-j NETMAP --to 100.64.0.0/16"], `translated ${0x64400002}-${0x64400002}`],
  [["-j ACCEPT", "-j MASQUERADE"], "kept"],
  [["-j RETURN", "-j MASQUERADE"], "kept"],
  [["-j NFLOG --nflog-group 1", "-j MASQUERADE"], "masqueraded"],
  [["-s 10.244.0.2/32", "-j MASQUERADE"], "masqueraded"],
  [["-j MARK --set-xmark 0x1/0x3", "-m mark --mark 0x1/0x1 -j MASQUERADE"], "masqueraded"],
  [["-j MARK --set-xmark 0x4/0x0", "-m mark --mark 0x4 -j MASQUERADE"], "masqueraded"],
  [
    [
      "-j CONNMARK --set-xmark 0x8/0x8",
      "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff",
      "-m mark --mark 0x8 -j MASQUERADE",
    ],
    "masqueraded",
  ],
  [
    [
      "-j MARK --set-xmark 0x5/0xff",
      "-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff",
      "-m connmark --mark 0x5 -j MASQUERADE",
    ],
    "masqueraded",
  ],
  [["-s 10.1.1.1/32 -j NEWTARGET", "-j MASQUERADE"], "masqueraded"],
  [["-j NEWTARGET --odd", "-j MASQUERADE"], "maybe masqueraded|unknown"],
];

test("targets of iptables", () => {
  for (const [rules, expected] of TARGETS) {
    const chain = iptables(rules.map((rule) => `-A POSTROUTING ${rule}`));
    assert.is(outcomeText(walk(viewOf([chain]), PACKET)), expected, rules.join("\n"));
  }
});

test.run();
