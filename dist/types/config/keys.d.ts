export declare const CONFIG_KEYS: readonly ["nonMasqueradeCIDRs", "masqueradeCIDRs", "snat", "sourceCIDRs", "outputInterfaces", "enforceNonMasquerade", "cidrLimit", "masqLinkLocal", "masqLinkLocalIPv6", "resyncInterval"];
export type ConfigKey = (typeof CONFIG_KEYS)[number];
/** Shortest `resyncInterval`: under it a node would do nothing but read its own tables. */
export declare const MIN_INTERVAL_NS = 100000000n;
/** What applies without `nonMasqueradeCIDRs` (RFC 1918). */
export declare const DEFAULT_CIDRS: readonly ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/** What applies besides those with --nomasq-all-reserved-ranges (RFC 6598, 6890, 5737, 7526, 2544, 1112). */
export declare const RESERVED_CIDRS: readonly ["100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"];
