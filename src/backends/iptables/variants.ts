// The variants of iptables, and the flag that names one.

/** The variant of iptables: on nf_tables, or on the kernel's older x_tables. */
export type Variant = "nft" | "legacy";

export const VARIANTS: readonly Variant[] = ["nft", "legacy"];

export const VARIANT_FLAG = "iptables-variant";
