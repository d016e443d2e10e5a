// What /healthz and /readyz answer.
import { countProblems, formatDiagnostic, printable } from "../config/index.ts";
import type { Page } from "../host/index.ts";
import type { LoadedConfig } from "./config-file.ts";
import type { Keeper } from "./keeper.ts";

/** A loop is taken for dead when no sync has ended for so many intervals; a tool that hangs is killed well before the rest. */
const DEAD_INTERVALS = 3;
const DEAD_MS = 120_000;

/** Errors of a config that are shown. */
const SHOWN = 20;

/**
 * Is the loop alive? It is when the syncs of each family end, well or not.
 *
 * @param interval milliseconds between two syncs
 */
export function healthPage(keepers: readonly Pick<Keeper, "family" | "idle">[], interval: number): Page {
  const dead = keepers.filter((keeper) => keeper.idle() > Math.max(DEAD_INTERVALS * interval, DEAD_MS));
  const lines = dead.map((keeper) => `${keeper.family}: no sync has ended for ${Math.round(keeper.idle() / 1000)} s\n`);
  return dead.length > 0 ? { status: 503, text: lines.join("") } : { status: 200, text: "ok\n" };
}

/**
 * Is every family as its policy wants it? An invalid config is told, and is no reason against while an older one rules.
 *
 * @param trouble why the config file cannot be read
 */
export function readyPage(keepers: readonly Keeper[], loaded: LoadedConfig | undefined, trouble?: string): Page {
  const waiting = keepers.flatMap((keeper) => {
    const failure = keeper.failure();
    if (failure !== undefined) return [`${keeper.family}: failing: ${failure}`];
    return keeper.settled() || keeper.unavailable() ? [] : [`${keeper.family}: not synced yet`];
  });
  if (keepers.length === 0) waiting.push("no config has been valid yet");
  const remarks = keepers
    .filter((keeper) => keeper.unavailable())
    .map(({ family }) => `${family}: this kernel does not know the family, none of its rules are kept`);
  if (trouble !== undefined) remarks.push(trouble);
  if (loaded && !loaded.config) {
    remarks.push(
      keepers.length > 0 ? "the config is invalid, the last valid one stays in force:" : "the config is invalid:",
    );
    const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
    remarks.push(...errors.slice(0, SHOWN).map((diagnostic) => `  ${formatDiagnostic(diagnostic)}`));
    const more = countProblems(loaded, "error") - Math.min(errors.length, SHOWN);
    if (more > 0) remarks.push(`  … and ${more} more`);
  }
  const lines = [...(waiting.length > 0 ? waiting : ["ok"]), ...remarks];
  return { status: waiting.length > 0 ? 503 : 200, text: `${printable(lines.join("\n"))}\n` };
}
