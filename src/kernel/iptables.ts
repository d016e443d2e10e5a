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
 * Reads the chain and the jumps to it, with their counters where `counters` asks for them; nothing is written, and no
 * lock is taken. References from other chains are seen with the legacy variant only.
 *
 * The nft variant reads two chains (5 ms each, whatever else there is, and whatever else table nat holds that iptables
 * cannot show); the legacy variant copies the whole table out of the kernel for any question, so one dump is cheapest.
 */
export function observe(variant: Variant, family: Family, chain: string, counters = false): Promise<ObservedChain> {
  return variant === "nft" ? observeChains(family, chain, counters) : observeTable(variant, family, chain);
}

async function observeTable(variant: Variant, family: Family, chain: string): Promise<ObservedChain> {
  const run = await runToolWell(toolName(variant, family, "save"), ["-c", "-t", "nat"], { large: true });
  const observed = read(run, run.stdout, chain, false);
  await letOthers();
  return observed;
}

/** A chain may have 50,000 rules: between reading, comparing and writing them whatever else waits has its turn. */
const letOthers = () => new Promise((resolve) => setImmediate(resolve));

/** Rules of other chains that lead to the chain, as far as a dump shows them. */
export async function readReferences(variant: Variant, family: Family, chain: string): Promise<readonly string[]> {
  return (await observeTable(variant, family, chain)).references;
}

async function observeChains(family: Family, chain: string, counters: boolean): Promise<ObservedChain> {
  const tool = toolName("nft", family);
  const list = (name: string) => ["-t", "nat", ...(counters ? ["-v"] : []), "-S", name];
  const [own, postrouting] = await Promise.all([runTool(tool, list(chain)), runToolWell(tool, list("POSTROUTING"))]);
  // A chain that is not there: 1.8.9 calls it incompatible, other versions say what the legacy tool says.
  const absent =
    own.exit === 1 && /No chain\/target\/match by that name|is incompatible|does not exist/.test(own.stderr);
  if (own.exit !== 0 && !absent) throw failed(own);
  const dump = new Uint8Array(postrouting.stdout.length + own.stdout.length);
  dump.set(postrouting.stdout);
  dump.set(own.stdout, postrouting.stdout.length);
  const observed = read(postrouting, dump, chain, counters);
  if (!absent && !observed.exists) throw unreadable(own, `chain ${chain} is not in the output`);
  await letOthers();
  return observed;
}

function read(run: ToolRun, dump: Uint8Array, chain: string, inline: boolean): ObservedChain {
  try {
    return readObserved(dump, chain, { inline });
  } catch (error) {
    if (!(error instanceof UnreadableDumpError)) throw error;
    throw unreadable(run, error.message);
  }
}

function unreadable(run: ToolRun, detail: string): ToolError {
  return new ToolError("unreadable", run.command, run.exit, run.stderr, detail);
}

/** Carries out a transaction: all of it, or none and a {@link ToolError}. */
export async function apply(variant: Variant, { family, text }: Transaction): Promise<void> {
  await letOthers();
  const run = await runTool(toolName(variant, family, "restore"), ["--noflush", "-w", LOCK_WAIT], { input: text });
  if (run.exit === 0) return;
  const holder = /holding the xtables lock/.test(run.stderr) ? lockHolder() : undefined;
  const line = text.split("\n")[Number(/line (\d+)/.exec(run.stderr)?.[1] ?? 0) - 1];
  const why = holder ? `the lock is held by ${holder}` : line ? `it refused the line: ${line}` : undefined;
  throw failed(run, why);
}
