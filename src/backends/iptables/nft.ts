// Uses nft for rules that iptables cannot show or address.
import { exitError, type Runner, runToolOrThrow, ToolError, type ToolRun } from "../../host/index.ts";
import { NFT_FAMILY } from "../nft-family.ts";
import { type NftRule, readNftChain } from "./nft-chain.ts";
import { UnreadableDumpError } from "./observed.ts";
import type { Tools } from "./tools.ts";

/** Runs nft. If it is missing, the error says `why` it is needed. */
async function runNft(run: Runner, args: readonly string[], why: string): Promise<ToolRun> {
  try {
    return await run("nft", args);
  } catch (error) {
    if (!(error instanceof ToolError) || error.reason !== "missing") throw error;
    throw new ToolError("missing", error.command, null, "", `not found; ${why}: install the nftables package`);
  }
}

/**
 * Lists one chain of table nat, never the whole table, which may have 40,000 rules. Undefined if the chain does not exist.
 *
 * @param target the chain that {@link NftRule.leads} refers to
 */
export async function listNftChain(
  { run, family }: Tools,
  chain: string,
  target: string,
): Promise<readonly NftRule[] | undefined> {
  const why = `chain ${chain} has a rule that iptables cannot show`;
  const list = (flags: readonly string[]) =>
    runNft(run, [...flags, "list", "chain", NFT_FAMILY[family], "nat", chain], why);
  const [json, listing] = await Promise.all([list(["-a", "-j"]), list(["-a", "-s"])]);
  if (json.exit !== 0 && /No such file or directory|does not exist/.test(json.stderr)) return undefined;
  if (json.exit !== 0) throw exitError(json, why);
  const text = ({ stdout }: ToolRun) => new TextDecoder().decode(stdout);
  try {
    return readNftChain(text(json), text(listing), target);
  } catch (error) {
    if (!(error instanceof UnreadableDumpError)) throw error;
    throw new ToolError("unreadable", json.command, json.exit, json.stderr, error.message);
  }
}

/** Deletes one rule of POSTROUTING. Throws {@link ToolError}, also if the rule no longer exists. */
export async function deleteByHandle({ run, family }: Tools, handle: number): Promise<void> {
  await runToolOrThrow(run, "nft", ["delete", "rule", NFT_FAMILY[family], "nat", "POSTROUTING", "handle", `${handle}`]);
}
