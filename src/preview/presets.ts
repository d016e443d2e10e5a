// Configs to start from: common setups, and examples of features.
import { CONFIG_FILE, type ConfigText, DEFAULT_FLAGS, type Flags } from "./state.ts";

export interface Preset {
  readonly name: string;
  /** Why these ranges, or what it shows, in a sentence. */
  readonly why: string;
  readonly files: readonly ConfigText[];
  readonly flags: Flags;
  /** A question that shows its effect. */
  readonly question: string;
}

interface Draft {
  readonly name: string;
  readonly why: string;
  readonly config: string | readonly ConfigText[];
  readonly flags?: Partial<Flags>;
  readonly question: string;
}

const preset = ({ name, why, config, flags = {}, question }: Draft): Preset => ({
  name,
  why,
  files: typeof config === "string" ? [{ file: CONFIG_FILE, text: config }] : config,
  flags: { ...DEFAULT_FLAGS, ...flags },
  question,
});

/** A config with one range for each of pods, services and network. */
const list = (entries: readonly (readonly [cidr: string, what: string])[]): string =>
  `nonMasqueradeCIDRs:\n${entries.map(([cidr, what]) => `  - ${cidr.padEnd(16)} # ${what}\n`).join("")}`;

const CLUSTERS: readonly Draft[] = [
  {
    name: "kubeadm defaults",
    why: "kubeadm uses 10.96.0.0/12 for services. It has no default for pods; most guides pass 10.244.0.0/16 as --pod-network-cidr. Replace 192.168.0.0/16 with the range of your nodes.",
    config: `${list([
      ["10.244.0.0/16", "pods"],
      ["10.96.0.0/12", "services"],
      ["192.168.0.0/16", "nodes"],
    ])}sourceCIDRs:\n  - 10.244.0.0/16    # pods\n`,
    question: "10.244.1.7 → 198.51.100.20",
  },
  {
    name: "flannel",
    why: "flannel's pods are in 10.244.0.0/16 unless its net-conf.json says otherwise. Start flanneld without --ip-masq, or its own rule masquerades what this config keeps.",
    config: `${list([
      ["10.244.0.0/16", "pods (net-conf.json, Network)"],
      ["10.96.0.0/12", "services"],
      ["192.168.0.0/16", "nodes"],
    ])}sourceCIDRs:\n  - 10.244.0.0/16\noutputInterfaces:\n  - eth*             # not flannel.1 and cni0\n`,
    question: "10.244.1.7 → 192.168.10.5 via eth0",
  },
  {
    name: "Calico",
    why: "Calico's default IPPool is 192.168.0.0/16. Set natOutgoing: false in the IPPool, or Calico masquerades everything that leaves it.",
    config: `${list([
      ["192.168.0.0/16", "pods (the default IPPool)"],
      ["10.96.0.0/12", "services"],
      ["10.0.0.0/16", "nodes"],
    ])}sourceCIDRs:\n  - 192.168.0.0/16\n`,
    question: "192.168.40.7 → 10.0.3.9",
  },
  {
    name: "Amazon EKS",
    why: "With the Amazon VPC CNI plugin pods have addresses of the VPC, which routes to them directly. Set AWS_VPC_K8S_CNI_EXTERNALSNAT=true on aws-node, so that only this agent translates.",
    config: `${list([
      ["192.168.0.0/16", "the VPC (eksctl's default), pods included"],
      ["100.64.0.0/10", "pods in secondary ranges"],
      ["10.0.0.0/8", "services (10.100.0.0/16) and peered VPCs"],
    ])}sourceCIDRs:\n  - 192.168.0.0/16\n  - 100.64.0.0/10\n`,
    question: "192.168.83.14 → 10.20.0.8",
  },
  {
    name: "Google GKE",
    why: "These are the ranges that GKE keeps by default: its VPC routes the pods' addresses, so private and reserved destinations see them; the internet sees the node's.",
    config: list([
      ["10.0.0.0/8", "VPC, pods and services"],
      ["172.16.0.0/12", ""],
      ["192.168.0.0/16", ""],
      ["100.64.0.0/10", ""],
      ["192.0.0.0/24", ""],
      ["192.0.2.0/24", ""],
      ["192.88.99.0/24", ""],
      ["198.18.0.0/15", ""],
      ["198.51.100.0/24", ""],
      ["203.0.113.0/24", ""],
      ["240.0.0.0/4", "class E, which may serve as a pod range"],
    ]).replace(/ +# \n/g, "\n"),
    question: "10.8.2.15 → 172.16.9.1",
  },
  {
    name: "Azure AKS",
    why: "AKS creates the virtual network 10.224.0.0/12 and the service range 10.0.0.0/16. Overlay pods in 10.244.0.0/16 cannot be reached from outside the cluster, so the virtual network is not listed.",
    config: `${list([
      ["10.244.0.0/16", "overlay pods"],
      ["10.0.0.0/16", "services"],
    ])}sourceCIDRs:\n  - 10.244.0.0/16\nmasqLinkLocal: true\n`,
    question: "10.244.3.9 → 10.224.0.33",
  },
];

const FEATURES: readonly Draft[] = [
  {
    name: "A partner network inside a kept range",
    why: "The longest prefix decides: 10.200.0.0/16 is masqueraded although it lies inside 10.0.0.0/8, and one host in it is kept.",
    config: `# The corporate network answers pods directly;
# a partner in 10.200.0.0/16 only knows our nodes.
nonMasqueradeCIDRs:
  - 10.0.0.0/8
  - 10.200.3.4/32    # one host there has a route to the pods
masqueradeCIDRs:
  - 10.200.0.0/16
sourceCIDRs:
  - 10.244.0.0/16    # the pods
`,
    question: "10.244.1.7 → 10.200.8.1",
  },
  {
    name: "Both families",
    why: "With --enable-ipv6 the same lists hold prefixes of both families.",
    config: `# Pods, services and a peered network have routes to pods.
nonMasqueradeCIDRs:
  - 10.0.0.0/8       # the cluster's VPC
  - 172.20.0.0/16    # services
  - 192.168.128.0/17 # the office, by VPN
  - fd00:10::/32     # pods and services, IPv6
masqLinkLocal: false
resyncInterval: 60s
`,
    flags: { ipv6: true },
    question: "2001:db8:53::1",
  },
  {
    name: "A fixed address for one destination",
    why: "snat gives packets to some destinations an address of your choice, for firewalls that allow a single address.",
    config: `nonMasqueradeCIDRs:
  - 10.0.0.0/8
  - fd00:10::/32
snat:
  # Their firewalls allow only these addresses.
  - destinationCIDRs: [198.51.100.0/24]
    to: 203.0.113.5
  - destinationCIDRs: ['2001:db8:1::/48']
    to: 2001:db8::5-2001:db8::8
`,
    flags: { ipv6: true },
    question: "198.51.100.20",
  },
  {
    name: "Several files",
    why: "The lists of all files are merged, so a team can add its ranges without editing the platform's file.",
    config: [
      {
        file: "ip-masq-platform.yaml",
        text: "nonMasqueradeCIDRs:\n  - 10.0.0.0/8\nsourceCIDRs:\n  - 10.244.0.0/16\n",
      },
      { file: "ip-masq-team-a.yaml", text: "nonMasqueradeCIDRs:\n  - 192.168.20.0/24 # team A's storage\n" },
    ],
    question: "10.244.1.7 → 192.168.20.11",
  },
  {
    name: "A ConfigMap",
    why: "A whole manifest is read as the config in it; diagnostics point into the manifest.",
    config: `apiVersion: v1
kind: ConfigMap
metadata:
  name: ip-masq-agent
  namespace: kube-system
data:
  config: |
    nonMasqueradeCIDRs:
      - 10.0.0.0/8
    masqueradeCIDRs:
      - 10.200.0.0/16
`,
    question: "10.200.0.1",
  },
  {
    name: "No keys: the defaults",
    why: "Without nonMasqueradeCIDRs the private ranges of RFC 1918 keep the pods' addresses.",
    config: "# No keys: the private ranges of RFC 1918 are kept.\n{}\n",
    question: "172.20.0.10",
  },
  {
    name: "Mistakes and their fixes",
    why: "Each diagnostic says what to write instead; most fixes are one click.",
    config: `nonMasqueradeCIDRs:
  - 10.0.0.1/8       # host bits are set
  - 192.168.0.0/016  # a padded length
  - 10.300.0.0/16
resyncIntervall: 60s
`,
    question: "10.1.2.3",
  },
];

/** By heading, in the order of the menu. */
export const PRESETS: Readonly<Record<string, readonly Preset[]>> = {
  "Common clusters": CLUSTERS.map(preset),
  "Config features": FEATURES.map(preset),
};

/** The preset that the page starts with. */
export const FIRST_PRESET = PRESETS["Config features"]?.[0];
