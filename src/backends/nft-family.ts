// nft's names for the families.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";

export const NFT_FAMILY: Readonly<Record<Family, "ip" | "ip6">> = { ipv4: "ip", ipv6: "ip6" };
