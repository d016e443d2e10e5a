// Detects the iptables variant that the node uses.
import type { Family } from "../../core/index.ts";
import { ifMissing, type Runner } from "../../host/index.ts";
import { countOthers } from "./observed.ts";
import { toolName } from "./tools.ts";
import { VARIANTS, type Variant } from "./variants.ts";

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/** Chains that kubelet creates in the node's variant (kubernetes, pkg/kubelet/kubelet_network_linux.go). */
const HINT = /^:(KUBE-IPTABLES-HINT|KUBE-KUBELET-CANARY) /m;

/** The message of the nft tools if the kernel has legacy tables too (iptables/nft-shared.c, nft_check_xt_legacy). */
const LEGACY_PRESENT = /legacy tables present/;

/**
 * The variant that the node uses: the one that has kubelet's chains, otherwise the one with more rules (not counting our own
 * `chain`), otherwise that of plain `iptables`. Legacy tables are read only if they exist: reading one creates it. Throws
 * {@link ToolError} if iptables is not installed.
 */
export async function detectVariant(run: Runner, chain: string): Promise<Variant> {
  // kubelet creates its chains in each family that the node has, so reading IPv4 is enough.
  const mangle = await dump(run, "nft", ["-t", "mangle"], ["ipv4"]);
  if (!mangle) return "legacy";
  if (HINT.test(mangle.text)) return "nft";
  const legacy = mangle.legacyPresent ? await dump(run, "legacy", []) : undefined;
  if (legacy && HINT.test(legacy.text)) return "legacy";
  if (!legacy) {
    const plain = await plainVariant(run);
    if (plain === "nft") return "nft";
  }
  const count = (found: Dump | undefined) => found?.dumps.reduce((sum, one) => sum + countOthers(one, chain), 0) ?? 0;
  const rules = { nft: count(await dump(run, "nft", [])), legacy: count(legacy) };
  if (rules.nft !== rules.legacy) return rules.nft > rules.legacy ? "nft" : "legacy";
  return (await plainVariant(run)) ?? "nft";
}

/** The variants that have tables, and so may have rules of ours. */
export async function usedVariants(run: Runner): Promise<readonly Variant[]> {
  const mangle = await dump(run, "nft", ["-t", "mangle"]);
  if (!mangle) return ["legacy"];
  return mangle.legacyPresent ? VARIANTS : ["nft"];
}

interface Dump {
  readonly text: string;
  readonly dumps: readonly Uint8Array[];
  readonly legacyPresent: boolean;
}

/** The dumps of one variant; undefined if its tools are missing. A family that the kernel lacks is empty. */
async function dump(
  run: Runner,
  variant: Variant,
  args: readonly string[],
  families = FAMILIES,
): Promise<Dump | undefined> {
  const runs = await Promise.all(
    families.map((family) =>
      run(toolName({ variant, family }, "save"), args, { large: true }).catch(
        // A failing IPv6 tool must not block IPv4.
        family === "ipv4" ? ifMissing : () => undefined,
      ),
    ),
  );
  if (!runs[0]) return undefined;
  const found = runs.filter((run) => run !== undefined);
  return {
    text: found.map((one) => new TextDecoder().decode(one.stdout)).join(""),
    dumps: found.map((one) => one.stdout),
    legacyPresent: found.some((run) => LEGACY_PRESENT.test(run.stderr)),
  };
}

async function plainVariant(run: Runner): Promise<Variant | undefined> {
  const version = await run("iptables", ["-V"]).catch(ifMissing);
  const kind = version ? /\((nf_tables|legacy)\)/.exec(new TextDecoder().decode(version.stdout))?.[1] : undefined;
  return kind ? (kind === "legacy" ? "legacy" : "nft") : undefined;
}
