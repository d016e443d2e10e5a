// The pages /healthz and /readyz.
import { countProblems, formatDiagnostic, printable } from "../config/index.ts";
import type { Page } from "../host/index.ts";
import type { Keeper } from "./keeper.ts";
import type { LoadedConfig } from "./loaded-config.ts";

/** The loop counts as dead if no sync has ended for this many intervals and this long; a hanging tool is killed much earlier. */
const DEAD_INTERVALS = 3;
const DEAD_MS = 120_000;

/** How many errors of a config are shown. */
const MAX_SHOWN = 20;

/**
 * The liveness page: 200 while the syncs of every family end, successfully or not.
 *
 * @param interval milliseconds between two syncs
 */
export function healthPage(keepers: readonly Pick<Keeper, "family" | "idle">[], interval: number): Page {
  const dead = keepers.filter((keeper) => keeper.idle() > Math.max(DEAD_INTERVALS * interval, DEAD_MS));
  const lines = dead.map(
    (keeper) => `${keeper.family}: no sync has completed for ${Math.round(keeper.idle() / 1000)} s\n`,
  );
  return dead.length > 0 ? { status: 503, text: lines.join("") } : { status: 200, text: "ok\n" };
}

/**
 * The readiness page: 200 if the rules of every family are in force. An invalid config is reported, but does not make the
 * agent unready while an older config is in force.
 *
 * @param readError why the config file cannot be read
 */
export function readyPage(keepers: readonly Keeper[], loaded: LoadedConfig | undefined, readError?: string): Page {
  const waiting = keepers.flatMap((keeper) => {
    const failure = keeper.failure();
    if (failure !== undefined) return [`${keeper.family}: failing: ${failure}`];
    return keeper.synced() || keeper.unavailable() ? [] : [`${keeper.family}: not synced yet`];
  });
  if (keepers.length === 0) waiting.push("no config has been valid yet");
  const remarks = keepers
    .filter((keeper) => keeper.unavailable())
    .map(({ family }) => `${family}: not supported by this kernel, so it has no rules`);
  if (readError !== undefined) remarks.push(readError);
  if (loaded && !loaded.config) {
    remarks.push(
      keepers.length > 0 ? "the config is invalid, the last valid one stays in force:" : "the config is invalid:",
    );
    const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
    remarks.push(...errors.slice(0, MAX_SHOWN).map((diagnostic) => `  ${formatDiagnostic(diagnostic)}`));
    const more = countProblems(loaded, "error") - Math.min(errors.length, MAX_SHOWN);
    if (more > 0) remarks.push(`  … and ${more} more`);
  }
  const lines = [...(waiting.length > 0 ? waiting : ["ok"]), ...remarks];
  return { status: waiting.length > 0 ? 503 : 200, text: `${printable(lines.join("\n"))}\n` };
}
