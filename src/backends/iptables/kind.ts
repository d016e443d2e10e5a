// iptables as a kind of backend.
import { thisHost } from "../../host/index.ts";
import type { BackendKind } from "../kind.ts";
import { iptablesBackend } from "./backend.ts";
import { formatRendered, render } from "./render.ts";
import { VARIANTS, type Variant } from "./tools.ts";
import { detectVariant, usedVariants } from "./variant.ts";

const VARIANT = "iptables-variant";

/** The variant that the flag names; undefined for `auto`. */
const variantOf = (flag: (name: string) => string): Variant | undefined =>
  VARIANTS.find((variant) => variant === flag(VARIANT));

export const iptables: BackendKind = {
  name: "iptables",
  place: "in iptables rules",
  rendered: "the input of iptables-restore",
  families: ["ipv4", "ipv6"],
  flags: {
    [VARIANT]: {
      choices: ["auto", ...VARIANTS],
      fallback: "auto",
      summary: "which iptables; auto: the one that the node uses",
      alsoOf: ["preview"],
    },
  },
  meaningless: [],
  unsupportedKeys: {
    enforceNonMasquerade:
      "another table's rules may come before those of iptables; it needs --backend=nftables or auto",
  },
  open: async ({ chain, flag, warn }) =>
    iptablesBackend(variantOf(flag) ?? (await detectVariant(thisHost.run, chain)), warn),
  openAll: async ({ flag, warn }) => {
    const named = variantOf(flag);
    // What was written before a node changed its variant is found too.
    const variants = named ? [named] : await usedVariants(thisHost.run);
    return variants.map((variant) => iptablesBackend(variant, warn));
  },
  render: (policy) => render(policy).map((data) => ({ data, text: `${formatRendered(data).trimEnd()}\n` })),
};
