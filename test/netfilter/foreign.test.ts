// Rules of other programs that translate packets that the policy keeps, and the owners of those rules.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatIntervals } from "../../src/core/index.ts";
import { type BaseChain, foreignRules, ownerOf, type PodTraffic, walk } from "../../src/netfilter/index.ts";
import { policyOf } from "../policy-of.ts";
import { iptables, nftChains, PACKET, set, viewOf } from "./views.ts";

const OURS = { chain: "IP-MASQ-AGENT", table: "ip-masq-agent" };
const POLICY = policyOf("10.0.0.0/8", "172.16.0.0/12");

/** Our chain as written by the agent. */
const JUMP =
  '-A POSTROUTING -m comment --comment "ip-masq-agent: jump" -m addrtype ! --dst-type LOCAL -j IP-MASQ-AGENT';
const CHAIN = [
  "-A IP-MASQ-AGENT -d 10.0.0.0/8 -j RETURN",
  "-A IP-MASQ-AGENT -d 172.16.0.0/12 -j RETURN",
  "-A IP-MASQ-AGENT -j MASQUERADE",
];
const OWN = [JUMP, ...CHAIN];

const KUBE_PROXY = [
  '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
  "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
  "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
  '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
];

/** The findings, in short. */
function found(chains: readonly BaseChain[], policy = POLICY, pods: PodTraffic = {}) {
  const { translations, ends } = foreignRules(viewOf(chains), policy, OURS, pods);
  return {
    translations: translations.map(({ at, owner, position, destinations, all, conditions, certain }) =>
      [
        owner?.name,
        `${at.chain} ${at.rule.number}`,
        position,
        all ? "all" : destinations.join(" "),
        ...conditions,
        ...(certain ? [] : ["?"]),
      ].join(", "),
    ),
    ends: ends.map(
      ({ at, kind, destinations }) =>
        `${kind} ${at.chain} ${at.rule.number}: ${formatIntervals("ipv4", destinations).join(" ")}`,
    ),
  };
}

test("our own rules and packets that kube-proxy has marked override nothing", () => {
  assert.equal(found([iptables([...KUBE_PROXY, ...OWN])]), { translations: [], ends: [] });
  assert.equal(found([]), { translations: [], ends: [] });
});

test("destinations are those that a rule reaches, not the kept CIDRs that contain them", () => {
  const reach = (rule: string, policy = POLICY) =>
    found([iptables([`-A POSTROUTING ${rule} -j MASQUERADE`, ...OWN])], policy).translations[0]?.replace(
      ", POSTROUTING 1, before, ",
      "",
    );
  assert.is(reach("-d 10.1.0.0/16"), "10.1.0.0/16");
  assert.is(reach("-d 10.0.0.0/8"), "10.0.0.0/8");
  assert.is(reach("! -d 10.0.0.0/9"), "10.128.0.0/9 172.16.0.0/12");
  assert.is(reach("-d 10.1.0.0/16", policyOf("10.1.0.0/16")), "all");
});

test("a rule before our jump, and one after it that our exemption does not stop", () => {
  const rule = "-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE";
  assert.equal(found([iptables([rule, ...OWN])]).translations, [", POSTROUTING 1, before, all"]);
  assert.equal(found([iptables([JUMP, rule, ...CHAIN])]).translations, [", POSTROUTING 2, after, all"]);
  const { translations } = foreignRules(viewOf([iptables([rule, ...OWN])]), POLICY, OURS);
  assert.equal(translations[0]?.sources, set("10.244.0.0/16"));
  assert.equal(translations[0]?.treatment, { kind: "masqueraded" });
  // Not packets from pods, if the pods' range is known.
  assert.equal(found([iptables([rule, ...OWN])], POLICY, { sources: set("10.245.0.0/16") }).translations, []);
  const overlapping = set("10.244.7.0/24", "10.245.0.0/16", "10.240.0.0/12");
  assert.is(found([iptables([rule, ...OWN])], POLICY, { sources: overlapping }).translations.length, 1);
});

test("other tables run before or after ours, or the order is unknown", () => {
  const nft = (priority: number) =>
    nftChains({ table: "x", chains: { post: { priority, rules: [[{ masquerade: null }]] } } });
  assert.equal(found([...nft(90), iptables(OWN)]).translations, [", post 1, before, all"]);
  assert.equal(found([...nft(110), iptables(OWN)]).translations, [", post 1, after, all"]);
  assert.equal(found([...nft(100), iptables(OWN)]).translations, [", post 1, unknown, all"]);
  assert.equal(found(nft(100)).translations, [", post 1, , all"]);
});

test("the affected CIDRs, and the conditions", () => {
  const flannel = [
    '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
    '-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN',
    '-A FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.0.0.0/8 -m comment --comment "flanneld masq" -j RETURN',
    '-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully',
  ];
  assert.equal(found([iptables([...flannel, ...OWN])]).translations, [
    "flannel, FLANNEL-POSTRTG 3, before, 172.16.0.0/12",
  ]);
  const docker = "-A POSTROUTING -s 10.0.0.0/8 ! -o docker0 -j MASQUERADE";
  assert.equal(found([iptables([docker, ...OWN])]).translations, [
    "Docker, POSTROUTING 1, before, all, output interface",
  ]);
  const calico = [
    '-A POSTROUTING -m comment --comment "cali:O3lYWMrLQYEMJtB5" -j cali-POSTROUTING',
    "-A cali-POSTROUTING -j cali-nat-outgoing",
    '-A cali-nat-outgoing -m comment --comment "cali:flqWnvo8yq4ULQLa" -m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE',
  ];
  assert.equal(found([iptables([...calico, ...OWN])]).translations, ["Calico, cali-nat-outgoing 1, before, all, ?"]);
});

test("no packets, no findings; and anything that may hide more is reported", () => {
  const rule = "-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE";
  assert.equal(found([iptables([rule, ...OWN])], POLICY, { sources: [] }).translations, []);
  assert.equal(found([iptables([rule, ...OWN])], policyOf()).translations, []);
  const view = {
    ...viewOf([iptables(["-A POSTROUTING -j NEWTARGET", ...OWN])]),
    unseen: [{ tool: "nft", what: "table ip t", why: "it is gone" }] as const,
  };
  assert.equal(foreignRules(view, POLICY, OURS).gaps, [
    "-j NEWTARGET may do anything",
    "table ip t (nft) could not be read: it is gone",
  ]);
});

test("exemptions that are bound cannot be overridden afterwards", () => {
  const saddr = { payload: { protocol: "ip", field: "saddr" } };
  const daddr = { payload: { protocol: "ip", field: "daddr" } };
  const bind = {
    match: {
      op: "==",
      left: daddr,
      right: { set: [{ prefix: { addr: "10.0.0.0", len: 8 } }, { prefix: { addr: "172.16.0.0", len: 12 } }] },
    },
  };
  const own = nftChains({
    table: "ip-masq-agent",
    chains: { enforce: { priority: 90, rules: [[bind, { snat: { addr: saddr } }]] } },
  });
  const other = ["-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE"];
  assert.equal(found([...own, iptables(other)]).translations, []);
});

test("rules that end the chain before our jump", () => {
  const rules = [
    "-A POSTROUTING -d 203.0.113.0/24 -j ACCEPT",
    "-A POSTROUTING -d 198.51.100.0/24 -j X",
    "-A X -j RETURN",
    "-A POSTROUTING -d 10.9.0.0/16 -j ACCEPT",
  ];
  assert.equal(found([iptables([...rules, ...OWN, "-A POSTROUTING -j ACCEPT"])]).ends, [
    "accept POSTROUTING 1: 203.0.113.0/24",
  ]);
  assert.equal(found([iptables(["-A POSTROUTING -d 203.0.113.1/32 -j RETURN", ...OWN])]).ends, [
    "return POSTROUTING 1: 203.0.113.1",
  ]);
});

/** The owner of the rule that masquerades. */
const owner = (chains: readonly BaseChain[]) => {
  const { endings } = walk(viewOf(chains), { ...PACKET, mark: "unknown" });
  const at = endings.find(({ treatment }) => treatment.kind === "masqueraded")?.at;
  return at && ownerOf(at)?.name;
};

test("the owner of a rule", () => {
  const jump = (chain: string) => [`-A POSTROUTING -j ${chain}`, `-A ${chain} -j MASQUERADE`];
  const cases: readonly (readonly [string[], string | undefined])[] = [
    [["-A POSTROUTING -j MASQUERADE"], undefined],
    [KUBE_PROXY, "kube-proxy"],
    [jump("FLANNEL-POSTRTG"), "flannel"],
    [['-A POSTROUTING -m comment --comment "flanneld masq" -j MASQUERADE'], "flannel"],
    [jump("cali-nat-outgoing"), "Calico"],
    [jump("CILIUM_POST_nat"), "Cilium"],
    [jump("ANTREA-POSTROUTING"), "Antrea"],
    [["-A POSTROUTING -m set --match-set kube-router-pod-subnets src -j MASQUERADE"], "kube-router"],
    [
      ["-A POSTROUTING -m set --match-set ovn40subnets-nat src -m set ! --match-set ovn40subnets dst -j MASQUERADE"],
      "Kube-OVN",
    ],
    [jump("AWS-SNAT-CHAIN-0"), "the Amazon VPC CNI plugin"],
    [jump("WEAVE"), "Weave Net"],
    [jump("CNI-HOSTPORT-MASQ"), "a CNI plugin's host ports"],
    [jump("CNI-0123456789abcdef01234567"), "a CNI plugin (ipMasq)"],
    [['-A POSTROUTING -m comment --comment "name: \\"cbr0\\" id: \\"4f5\\"" -j MASQUERADE'], "a CNI plugin (ipMasq)"],
    [jump("NETAVARK-1D8721804F16F"), "Podman (netavark)"],
    [["-A POSTROUTING ! -o br-0123456789ab -j MASQUERADE"], "Docker"],
    [jump("LIBVIRT_PRT"), "libvirt"],
    [['-A POSTROUTING -m comment --comment "ip-masq-agent: x" -j MASQUERADE'], "an ip-masq-agent"],
    [jump("IP-MASQ"), "an ip-masq-agent"],
  ];
  for (const [rules, expected] of cases) assert.is(owner([iptables(rules)]), expected, rules.join("\n"));
  const tables: readonly (readonly [string, string])[] = [
    ["kube-proxy", "kube-proxy"],
    ["flannel-ipv4", "flannel"],
    ["cni_plugins_masquerade", "a CNI plugin (ipMasq)"],
    ["docker-bridges", "Docker"],
    ["netavark", "Podman (netavark)"],
    ["libvirt_network", "libvirt"],
    ["firewalld", "firewalld"],
  ];
  for (const [table, expected] of tables) {
    assert.is(
      owner(nftChains({ table, chains: { c: { priority: 100, rules: [[{ masquerade: null }]] } } })),
      expected,
      table,
    );
  }
});

test.run();
