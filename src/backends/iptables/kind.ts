// iptables as a kind of backend.
import { thisHost } from "../../host/index.ts";
import type { BackendKind } from "../kind.ts";
import { formatRendered } from "../rendered.ts";
import { iptablesBackend } from "./backend.ts";
import { bareNftCleaner } from "./bare-nft.ts";
import { render } from "./render.ts";
import { VARIANTS, type Variant } from "./tools.ts";
import { detectVariant, usedVariants } from "./variant.ts";

const VARIANT = "iptables-variant";

/** The variant that the flag names; undefined for `auto`. */
const variantOf = (flag: (name: string) => string): Variant | undefined =>
  VARIANTS.find((variant) => variant === flag(VARIANT));

export const iptables: BackendKind = {
  name: "iptables",
  place: "iptables rules",
  rendered: "input for iptables-restore",
  families: ["ipv4", "ipv6"],
  flags: {
    [VARIANT]: {
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
  open: async ({ chain, flag, warn, host = thisHost }) =>
    iptablesBackend(variantOf(flag) ?? (await detectVariant(host.run, chain)), warn, host),
  openAll: async ({ flag, warn, host = thisHost }) => {
    const named = variantOf(flag);
    // Also find rules from before a node changed its variant, and rules that an image with iptables wrote.
    const variants = named ? [named] : await usedVariants(host.run);
    const backends = variants.map((variant) => iptablesBackend(variant, warn, host));
    return named || variants.includes("nft") ? backends : [...backends, bareNftCleaner(host)];
  },
  render: (policy) => render(policy).map((data) => ({ data, text: `${formatRendered(data).trimEnd()}\n` })),
};
