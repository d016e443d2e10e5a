// What apply checks after its sync: who would undo it, whose rules override it, and which connections it came too late for.
import type { Opened } from "../backends/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { foreignWarnings } from "./foreign-warnings.ts";
import { followWrite, type OldTreatment, type Written } from "./old-treatment.ts";
import type { Settings } from "./settings.ts";
import { agentThatUndoes } from "./undoing-agent.ts";

export interface AfterSync {
  readonly warnings: readonly string[];
  /** The open connections; undefined if nothing was written. */
  readonly old: OldTreatment | undefined;
}

/** Runs the checks concurrently; `written` are the families whose rules were written. */
export async function checkAfterSync(
  settings: Settings,
  policy: readonly FamilyPolicy[],
  opened: Opened,
  written: readonly Written[],
): Promise<AfterSync> {
  const [overrides, old, undoer] = await Promise.all([
    foreignWarnings(settings, policy, opened),
    // Windows has its own connection tracking.
    opened.backend.unit === "exceptions" ? undefined : followWrite(written, settings.reset),
    // Reads /proc, while the tools of the other checks run.
    written.length > 0 ? agentThatUndoes(settings, policy) : undefined,
  ]);
  const warnings = [...overrides];
  if (undoer) {
    warnings.unshift(
      `the agent on this node (pid ${undoer.pid}) has other flags or another config, and undoes this at its next sync`,
    );
  }
  if (old?.failure !== undefined && settings.reset !== "none") warnings.push(`open connections: ${old.failure}`);
  return { warnings, old };
}
