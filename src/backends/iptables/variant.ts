// Which iptables variant the node uses.
import type { Family } from "../../core/index.ts";
import { ifMissing, type Runner } from "../../host/index.ts";
import { countOthers } from "./observed.ts";
import { toolName, VARIANTS, type Variant } from "./tools.ts";

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/** What kubelet makes in the variant of its node (kubernetes, pkg/kubelet/kubelet_network_linux.go). */
const HINT = /^:(KUBE-IPTABLES-HINT|KUBE-KUBELET-CANARY) /m;

/** What the nft tools say where the kernel holds legacy tables too (iptables/nft-shared.c, nft_check_xt_legacy). */
const LEGACY_PRESENT = /legacy tables present/;

/**
 * The variant that the node uses: the one in which kubelet's chains stand, else the one with more rules besides those of
 * our own `chain`, else what plain `iptables` is. Legacy tables are read only if there are some: to look at one creates it.
 * Throws {@link ToolError} if there is no iptables at all.
 */
export async function detectVariant(run: Runner, chain: string): Promise<Variant> {
  // kubelet makes its chains in each family that the node has: IPv4 tells, and one tool less is run.
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

/** The variants that hold tables at all: those in which something of ours may stand. */
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

/** Families of one variant; undefined if its tools are missing. A family that the kernel lacks is empty. */
async function dump(
  run: Runner,
  variant: Variant,
  args: readonly string[],
  families = FAMILIES,
): Promise<Dump | undefined> {
  const runs = await Promise.all(
    families.map((family) =>
      run(toolName({ variant, family }, "save"), args, { large: true }).catch(
        // IPv6 tools that fail must not keep IPv4 from its rules.
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
  const said = await run("iptables", ["-V"]).catch(ifMissing);
  const kind = said ? /\((nf_tables|legacy)\)/.exec(new TextDecoder().decode(said.stdout))?.[1] : undefined;
  return kind ? (kind === "legacy" ? "legacy" : "nft") : undefined;
}
