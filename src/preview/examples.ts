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
    name: "A broken one",
    config:
      "nonMasqueradeCIDRs:\n  - 10.0.0.1/8      # bits behind the length\n  - 192.168.0.0/016 # a padded length\n  - 10.300.0.0/16\nresyncIntervall: 60s\n",
    flags: DEFAULT_FLAGS,
  },
];
