// The driver of iptables.
import { thisHost } from "../../host/index.ts";
import type { BackendDriver } from "../kind.ts";
import { formatRendered } from "../rendered.ts";
import { iptablesBackend } from "./backend.ts";
import { bareNftCleaner } from "./bare-nft.ts";
import { render } from "./render.ts";
import { detectVariant, usedVariants } from "./variant.ts";
import { VARIANT_FLAG, VARIANTS, type Variant } from "./variants.ts";

/** The variant that the flag names; undefined for `auto`. */
const variantOf = (flag: (name: string) => string): Variant | undefined =>
  VARIANTS.find((variant) => variant === flag(VARIANT_FLAG));

export const driver: BackendDriver = {
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
