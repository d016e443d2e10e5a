// The names of the families in sentences. Data, labels and the prefixes of lines have `ipv4` and `ipv6`.
export const FAMILY_NAMES = { ipv4: "IPv4", ipv6: "IPv6" } as const;
