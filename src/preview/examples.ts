// Configs to start from.
import { DEFAULT_FLAGS, type Flags } from "./state.ts";

export interface Example {
  readonly name: string;
  readonly config: string;
  readonly flags: Flags;
}

export const EXAMPLES: readonly Example[] = [
  {
    name: "The defaults",
    config: "# No keys: the agent leaves the private ranges of RFC 1918 alone.\n{}\n",
    flags: DEFAULT_FLAGS,
  },
  {
    name: "The established agent's sample",
    config: "nonMasqueradeCIDRs:\n  - 10.0.0.0/8\nresyncInterval: 60s\n",
    flags: DEFAULT_FLAGS,
  },
  {
    name: "Dual stack",
    config:
      "# Pods, services and a peered network answer pods directly.\nnonMasqueradeCIDRs:\n  - 10.0.0.0/8       # the cluster's VPC\n  - 172.20.0.0/16    # services\n  - 192.168.128.0/17 # the office, by VPN\n  - fd00:10::/32     # pods and services, IPv6\nmasqLinkLocal: false\nresyncInterval: 60s\n",
    flags: { ...DEFAULT_FLAGS, ipv6: true },
  },
  {
    name: "Pods only, one range masqueraded",
    config:
      "# Packets from outside keep their address;\n# a partner inside 10.0.0.0/8 sees the node's.\nnonMasqueradeCIDRs:\n  - 10.0.0.0/8\nmasqueradeCIDRs:\n  - 10.200.0.0/16\nsourceCIDRs:\n  - 10.244.0.0/16 # the pods\noutputInterfaces:\n  - eth*\n",
    flags: DEFAULT_FLAGS,
  },
  {
    name: "A fixed address for one destination",
    config:
      "nonMasqueradeCIDRs:\n  - 10.0.0.0/8\n  - fd00:10::/32\nsnat:\n  # Their firewalls admit these addresses.\n  - destinationCIDRs: [198.51.100.0/24]\n    to: 203.0.113.5\n  - destinationCIDRs: ['2001:db8:1::/48']\n    to: 2001:db8::5-2001:db8::8\n",
    flags: { ...DEFAULT_FLAGS, ipv6: true },
  },
  {
    name: "A ConfigMap",
    config:
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ip-masq-agent\n  namespace: kube-system\ndata:\n  config: |\n    nonMasqueradeCIDRs:\n      - 10.0.0.0/8\n    masqueradeCIDRs:\n      - 10.200.0.0/16\n",
    flags: DEFAULT_FLAGS,
  },
  {
    name: "A broken one",
    config:
      "nonMasqueradeCIDRs:\n  - 10.0.0.1/8      # bits behind the length\n  - 192.168.0.0/016 # a padded length\n  - 10.300.0.0/16\nresyncIntervall: 60s\n",
    flags: DEFAULT_FLAGS,
  },
];
