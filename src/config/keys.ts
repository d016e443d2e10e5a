// The keys of the config file, and the default lists.
// This module is browser-compatible.

export const CONFIG_KEYS = [
  "nonMasqueradeCIDRs",
  "masqueradeCIDRs",
  "snat",
  "sourceCIDRs",
  "outputInterfaces",
  "enforceNonMasquerade",
  "cidrLimit",
  "masqLinkLocal",
  "masqLinkLocalIPv6",
  "resyncInterval",
] as const;
export type ConfigKey = (typeof CONFIG_KEYS)[number];

/** The shortest `resyncInterval`: with a shorter one, a node would do nothing but read its own tables. */
export const MIN_INTERVAL_NS = 100_000_000n;

/** The list that applies without `nonMasqueradeCIDRs` (RFC 1918). */
export const DEFAULT_CIDRS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;

/** The list that applies in addition with --nomasq-all-reserved-ranges (RFC 6598, 6890, 5737, 7526, 2544, 1112). */
export const RESERVED_CIDRS = [
  "100.64.0.0/10",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
] as const;
