// Runs the checks of a node.
import type { Check, NodeView, Report } from "./check.ts";

/** The report of one check. */
export interface Examined extends Report {
  readonly name: string;
}

/** Runs checks concurrently; the reports are in the order of the checks. If one fails, the others still report. */
export function examine(checks: readonly Check[], node: NodeView): Promise<readonly Examined[]> {
  return Promise.all(
    checks.map(async ({ name, run }): Promise<Examined> => {
      try {
        return { name, ...(await run(node)) };
      } catch (error) {
        return { name, seen: "", findings: [], unseen: [(error as Error).message] };
      }
    }),
  );
}
