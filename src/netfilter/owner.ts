// Guesses which program owns a rule by the names of its chains, tables and sets, and by its comments.
// This module is browser-compatible.
import type { RuleAt } from "./outcome.ts";

export interface Owner {
  readonly name: string;
  /** How to configure that program not to translate these packets; undefined if it has no such setting. */
  readonly remedy?: string;
}

interface Mark extends Owner {
  /** The rule's chain, or a chain on the way to it. */
  readonly chain?: RegExp;
  /** Its table, if it is not a table of iptables. */
  readonly table?: RegExp;
  readonly comment?: RegExp;
  /** A part of its text, such as an interface or a set. */
  readonly text?: RegExp;
}

/** The owner of rules of an ip-masq-agent, this one or another. */
export const AN_AGENT = "an ip-masq-agent";

/** The first one that fits is used. The agent's own comments come first, because its chain may have any name. */
const MARKS: readonly Mark[] = [
  {
    name: AN_AGENT,
    chain: /^IP-MASQ/,
    comment: /^ip-masq-agent:/,
    table: /^ip-masq-agent/,
    // The agent's own table, which may have any name.
    text: /\bvmap @destinations\b/,
    remedy: "If no agent uses it any longer, remove it with ip-masq-agent cleanup --masq-chain=NAME.",
  },
  {
    name: "kube-router",
    chain: /^KUBE-ROUTER-/,
    text: /\bkube-router-(pod-subnets|node-ips)|\binet6:kube-router/,
    remedy: "Start kube-router with --enable-pod-egress=false.",
  },
  {
    name: "kube-proxy",
    chain: /^KUBE-/,
    table: /^kube-proxy$/,
    comment: /^kubernetes (postrouting rules|service traffic requiring SNAT)/,
    remedy:
      "kube-proxy masquerades the packets that it marked; with --masquerade-all=false it marks only those that a service needs.",
  },
  {
    name: "flannel",
    chain: /^FLANNEL-POSTRTG$/,
    table: /^flannel-ipv[46]$/,
    comment: /^flanneld masq$/,
    remedy: "Start flanneld without --ip-masq.",
  },
  {
    name: "Calico",
    chain: /^cali-/,
    table: /^calico$/,
    comment: /^cali:/,
    text: /\bcali[46]0/,
    remedy: "Set natOutgoing: false in the IPPool.",
  },
  {
    name: "Cilium",
    chain: /^(OLD_)?CILIUM_/,
    comment: /^cilium /i,
    remedy: "Set enable-ipv4-masquerade (or enable-ipv6-masquerade) to false in cilium-config.",
  },
  {
    name: "Antrea",
    chain: /^ANTREA-/,
    comment: /^Antrea:/,
    text: /\bANTREA-POD-IP/,
    remedy: "In noEncap mode, set noSNAT: true in antrea-agent.conf.",
  },
  {
    name: "Kube-OVN",
    text: /\bovn[46]0(subnets|local-pod-ip|services)/,
    remedy: "Set natOutgoing: false in the Subnet.",
  },
  { name: "OVN-Kubernetes", chain: /^OVN-KUBE-/, table: /^ovn-kubernetes$/ },
  {
    name: "the Amazon VPC CNI plugin",
    chain: /^AWS-(CONNMARK-|SNAT-)CHAIN-/,
    comment: /^AWS,? /,
    remedy: "Set AWS_VPC_K8S_CNI_EXTERNALSNAT=true on the DaemonSet aws-node.",
  },
  { name: "Weave Net", chain: /^WEAVE($|-)/ },
  {
    name: "a CNI plugin's host ports",
    chain: /^CNI-HOSTPORT-MASQ$/,
    table: /^cni_hostport$/,
  },
  {
    name: "a CNI plugin (ipMasq)",
    chain: /^CNI-[0-9a-f]{24}$/,
    table: /^cni_plugins_masquerade$/,
    comment: /^name: ".*" id: "/,
    remedy: 'Set "ipMasq": false in the CNI config.',
  },
  { name: "Podman (netavark)", chain: /^NETAVARK[-_]/, table: /^netavark$/ },
  {
    name: "Docker",
    chain: /^DOCKER($|-|_)/,
    table: /^docker-bridges$/,
    text: /! -o (docker\d+|br-[0-9a-f]{12})\b|oifname != "(docker\d+|br-[0-9a-f]{12})"/,
    remedy: 'Set "ip-masq": false in /etc/docker/daemon.json.',
  },
  {
    name: "libvirt",
    chain: /^LIBVIRT_PRT$/,
    table: /^libvirt_network$/,
    text: /! -o virbr\d+\b|oifname != "virbr\d+"/,
    remedy: "Change the network's forward mode from nat to route or open (virsh net-edit).",
  },
  {
    name: "firewalld",
    chain: /^nat_POST/,
    table: /^firewalld$/,
    remedy: "Turn off the zone's masquerading: firewall-cmd --permanent --zone=ZONE --remove-masquerade.",
  },
];

/** The probable owner of a rule; undefined if there is no clue. */
export function ownerOf({ base, chain, rule, top }: RuleAt): Owner | undefined {
  const chains = [
    chain,
    base.chain,
    ...[...top.steps, ...rule.steps].flatMap((step) => ("chain" in step ? [step.chain] : [])),
  ];
  const comments = [rule.comment, top.comment].filter((one) => one !== undefined);
  const mark = MARKS.find(
    (one) =>
      (base.tool === "nft" && one.table?.test(base.table)) ||
      chains.some((name) => one.chain?.test(name)) ||
      comments.some((comment) => one.comment?.test(comment)) ||
      one.text?.test(rule.text) ||
      one.text?.test(top.text),
  );
  if (!mark) return undefined;
  return mark.remedy === undefined ? { name: mark.name } : { name: mark.name, remedy: mark.remedy };
}
