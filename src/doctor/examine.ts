// All checks of a node.
import type { Check, NodeView, Report } from "./check.ts";

/** What one check reported. */
export interface Examined extends Report {
  readonly name: string;
}

/** Runs checks side by side; the reports are in their order. A check that fails hides nothing of the others. */
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
