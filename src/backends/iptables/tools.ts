// The iptables tools of one variant and family: their names, their dumps, and iptables-restore.
import type { Family } from "../../core/index.ts";
import {
  exitError,
  lockHolder,
  type Runner,
  runCooperatively,
  ToolError,
  type ToolRun,
  yieldToOthers,
} from "../../host/index.ts";
import { type ObservedChain, readObservedInSteps, UnreadableDumpError } from "./observed.ts";
import type { Variant } from "./variants.ts";

/** Seconds to wait for /run/xtables.lock, which only the legacy variant takes. */
export const LOCK_WAIT = "10";

/** The iptables tools of one variant and family. */
export interface Tools {
  readonly run: Runner;
  readonly variant: Variant;
  readonly family: Family;
}

/** `iptables-nft-save`, `ip6tables-legacy-restore`, …; the plain tool without `verb`. */
export function toolName({ variant, family }: Omit<Tools, "run">, verb?: "save" | "restore"): string {
  const base = `${family === "ipv4" ? "iptables" : "ip6tables"}-${variant}`;
  return verb ? `${base}-${verb}` : base;
}

/** Reads a dump. If it cannot be parsed, the error is the tool's. */
export async function readDump(run: ToolRun, dump: Uint8Array, chain: string, inline: boolean): Promise<ObservedChain> {
  try {
    return await runCooperatively(readObservedInSteps(dump, chain, { inline }));
  } catch (error) {
    if (!(error instanceof UnreadableDumpError)) throw error;
    throw unreadable(run, error.message);
  }
}

/** The error for output that cannot be parsed. */
export function unreadable(run: ToolRun, detail: string): ToolError {
  return new ToolError("unreadable", run.command, run.exit, run.stderr, detail);
}

/** Applies one iptables-restore input: all of it, or none and a {@link ToolError}. */
export async function restore(tools: Tools, input: string | Uint8Array): Promise<void> {
  await yieldToOthers(1);
  const run = await tools.run(toolName(tools, "restore"), ["--noflush", "-w", LOCK_WAIT], { input });
  if (run.exit === 0) return;
  const holder = /holding the xtables lock/.test(run.stderr) ? lockHolder() : undefined;
  const text = typeof input === "string" ? input : new TextDecoder().decode(input);
  const line = text.split("\n")[Number(/line (\d+)/.exec(run.stderr)?.[1] ?? 0) - 1];
  const why = holder ? `the lock is held by ${holder}` : line ? `it refused the line: ${line}` : undefined;
  throw exitError(run, why);
}
