// What rules of other programs do to packets despite the config.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readAddressBlock, readPasted } from "../../src/netfilter/index.ts";
import { KEEP, MASQUERADE, type Verdict } from "../../src/policy/index.ts";
import { findInterference } from "../../src/preview/interference.ts";

const OURS = { chain: "IP-MASQ-AGENT", table: "ip-masq-agent", enforceKeep: false };
const JUMP = "-A POSTROUTING -j IP-MASQ-AGENT";
const OWN = [JUMP, "-A IP-MASQ-AGENT -d 10.0.0.0/8 -j RETURN", "-A IP-MASQ-AGENT -j MASQUERADE"];
const SNAT: Verdict = { kind: "snat", to: { family: "ipv4", first: "203.0.113.5", last: "203.0.113.5" } };

/** The interference that iptables rules cause for packets from 10.244.1.7 to 10.1.2.3 or another destination. */
function found(rules: readonly string[], verdict: Verdict, destination = "10.1.2.3", source?: string): string {
  const chains = new Set(["POSTROUTING", ...rules.map((rule) => rule.split(" ")[1] ?? "")]);
  const heads = [...chains].map((name) => `:${name} ${name === "POSTROUTING" ? "ACCEPT" : "-"} [0:0]`);
  const iptables = ["*nat", ...heads, ...rules, "COMMIT", ""].join("\n");
  const block = (text: string) => readAddressBlock("ipv4", text)?.values;
  const traffic = { source: source === undefined ? undefined : block(source), destination: block(destination) };
  return findInterference(readPasted("ipv4", { iptables, nftables: "" }), traffic, verdict, OURS)
    .map(({ kind, to, isCertain, dependsOn }) =>
      [kind, ...(to ? [to] : []), isCertain ? "certainly" : "maybe", ...dependsOn].join(", "),
    )
    .join("; ");
}

const CASES: readonly (readonly [
  rules: readonly string[],
  verdict: Verdict,
  found: string,
  destination?: string,
  source?: string,
])[] = [
  [OWN, KEEP, ""],
  [OWN, MASQUERADE, ""],
  [["-A POSTROUTING -j MASQUERADE", ...OWN], KEEP, "masquerades, certainly"],
  [[...OWN, "-A POSTROUTING -j MASQUERADE"], KEEP, "masquerades, certainly"],
  // The config's verdict applies, whatever the agent's pasted rules say.
  [[...OWN, "-A POSTROUTING -j SNAT --to-source 192.0.2.9"], MASQUERADE, ""],
  [["-A POSTROUTING -j MASQUERADE", ...OWN], MASQUERADE, ""],
  [["-A POSTROUTING -j SNAT --to-source 192.0.2.9", ...OWN], MASQUERADE, "translates, 192.0.2.9, certainly"],
  [["-A POSTROUTING -j SNAT --to-source 203.0.113.5"], SNAT, ""],
  [["-A POSTROUTING -j MASQUERADE"], SNAT, "masquerades, certainly"],
  [["-A POSTROUTING -d 10.0.0.0/8 -j ACCEPT", ...OWN], MASQUERADE, "passes, certainly"],
  [["-A POSTROUTING -d 10.0.0.0/8 -j ACCEPT", ...OWN], KEEP, ""],
  [["-A POSTROUTING -d 11.0.0.0/8 -j MASQUERADE"], KEEP, ""],
  [["-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE"], KEEP, "masquerades, maybe, source"],
  [["-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE"], KEEP, "masquerades, certainly", "10.1.2.3", "10.244.1.7"],
  [["-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE"], KEEP, "", "10.1.2.3", "10.245.1.7"],
  [["-A POSTROUTING ! -o cni0 -j MASQUERADE"], KEEP, "masquerades, maybe, output interface"],
  [["-A POSTROUTING -d 10.1.0.0/16 -j MASQUERADE"], KEEP, "masquerades, maybe, destination", "10.0.0.0/8"],
  [["-A POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN", "-A POSTROUTING -j MASQUERADE"], KEEP, ""],
];

test("other programs' rules that treat packets differently, and what that depends on", () => {
  for (const [rules, verdict, expected, destination, source] of CASES) {
    assert.is(found(rules, verdict, destination, source), expected, `${verdict.kind}: ${rules.join("\n")}`);
  }
});

test("exemptions are binding if the node has the rules that bind them", () => {
  const flannel =
    "table ip flannel {\n\tchain postrtg {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n\t\tmasquerade\n\t}\n}\n";
  const bound =
    "table ip ip-masq-agent {\n\tchain exempt {\n\t\ttype nat hook postrouting priority 90; policy accept;\n\t\tsnat to ip saddr\n\t}\n}\n";
  const kinds = (nftables: string) =>
    findInterference(readPasted("ipv4", { iptables: "", nftables }), {}, KEEP, { ...OURS, enforceKeep: true }).map(
      ({ kind }) => kind,
    );
  assert.equal(kinds(flannel), ["masquerades"]);
  assert.equal(kinds(bound + flannel), []);
});

test.run();
