// The iptables tools of one variant and family: reading a chain, and carrying out a transaction.
import {
  type Family,
  type ObservedChain,
  readObserved,
  type Transaction,
  UnreadableDumpError,
} from "../dialect/index.ts";
import { lockHolder } from "./lock.ts";
import { failed, runTool, runToolWell, ToolError, type ToolRun } from "./process.ts";

/** Which iptables: the one on nf_tables, or the one on the kernel's older x_tables. */
export type Variant = "nft" | "legacy";

export const VARIANTS: readonly Variant[] = ["nft", "legacy"];

/** Seconds to wait for /run/xtables.lock, which only the legacy variant takes. */
const LOCK_WAIT = "10";

/** `iptables-nft-save`, `ip6tables-legacy-restore`, …; the plain tool without `verb`. */
export function toolName(variant: Variant, family: Family, verb?: "save" | "restore"): string {
  const base = `${family === "ipv4" ? "iptables" : "ip6tables"}-${variant}`;
  return verb ? `${base}-${verb}` : base;
}

/**
 * Reads the chain and the jumps to it; nothing is written, and no lock is taken.
 *
 * The nft variant reads two chains (5 ms each, whatever else there is); the legacy variant copies the whole table out of
 * the kernel for any question, so one dump is the cheapest. References from other chains are seen by a dump only.
 */
export function observe(variant: Variant, family: Family, chain: string): Promise<ObservedChain> {
  return variant === "nft" ? observeByChain(family, chain) : observeTable(variant, family, chain);
}

/** Reads the chain's rules with their counters as cheaply as the variant allows; jumps may be left out. */
export async function observeCounters(variant: Variant, family: Family, chain: string): Promise<ObservedChain> {
  if (variant === "legacy") return observeTable(variant, family, chain);
  const run = await runToolWell(toolName(variant, family), ["-t", "nat", "-v", "-S", chain]);
  return read(run, run.stdout, chain);
}

/** Reads the chain out of a dump of table nat with counters. */
export async function observeTable(variant: Variant, family: Family, chain: string): Promise<ObservedChain> {
  const run = await runToolWell(toolName(variant, family, "save"), ["-c", "-t", "nat"], { large: true });
  return read(run, run.stdout, chain);
}

async function observeByChain(family: Family, chain: string): Promise<ObservedChain> {
  const tool = toolName("nft", family);
  const [own, postrouting] = await Promise.all([
    runTool(tool, ["-t", "nat", "-S", chain]),
    runToolWell(tool, ["-t", "nat", "-S", "POSTROUTING"]),
  ]);
  // A chain that is not there: 1.8.9 calls it incompatible, other versions say what the legacy tool says.
  const absent =
    own.exit === 1 && /No chain\/target\/match by that name|is incompatible|does not exist/.test(own.stderr);
  if (own.exit !== 0 && !absent) throw failed(own);
  const dump = new Uint8Array(own.stdout.length + postrouting.stdout.length);
  dump.set(own.stdout);
  dump.set(postrouting.stdout, own.stdout.length);
  return read(postrouting, dump, chain);
}

function read(run: ToolRun, dump: Uint8Array, chain: string): ObservedChain {
  try {
    return readObserved(dump, chain);
  } catch (error) {
    if (!(error instanceof UnreadableDumpError)) throw error;
    throw new ToolError("unreadable", run.command, run.exit, run.stderr, error.message);
  }
}

/** Carries out a transaction: all of it, or none and a {@link ToolError}. */
export async function apply(variant: Variant, { family, text }: Transaction): Promise<void> {
  const run = await runTool(toolName(variant, family, "restore"), ["--noflush", "-w", LOCK_WAIT], { input: text });
  if (run.exit === 0) return;
  const holder = /holding the xtables lock/.test(run.stderr) ? lockHolder() : undefined;
  throw failed(run, holder && `the lock is held by ${holder}`);
}
