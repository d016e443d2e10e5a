// Tool input as `render` prints it.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";

/** The input for the tool of one family. */
export interface Rendered {
  readonly family: Family;
  /** The tool that reads it. */
  readonly command: string;
  readonly transaction: string;
}

/** The input below a comment that names its tool. */
export function formatRendered({ command, transaction }: Rendered): string {
  return `# ${command}\n${transaction}`;
}
