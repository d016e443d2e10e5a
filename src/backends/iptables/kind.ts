// iptables as a kind of backend.
import type { BackendKind } from "../kind.ts";
import { VARIANT_FLAG, VARIANTS } from "./variants.ts";

export const iptables: BackendKind = {
  name: "iptables",
  place: "iptables rules",
  rendered: "input for iptables-restore",
  families: ["ipv4", "ipv6"],
  flags: {
    [VARIANT_FLAG]: {
      choices: ["auto", ...VARIANTS],
      fallback: "auto",
      summary: "the iptables variant; auto: the one that the node uses",
      alsoFor: ["preview"],
    },
  },
  unsupportedFlags: [],
  unsupportedKeys: {
    enforceNonMasquerade: "another table's rules may run before those of iptables; it needs --backend=nftables or auto",
  },
  load: async () => (await import("./driver.ts")).driver,
};
