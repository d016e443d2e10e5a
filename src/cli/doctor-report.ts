// The text output of a check.
import type { Finding } from "../doctor/index.ts";
import type { Io } from "./io.ts";
import { wrap } from "./wrap.ts";

/** The width that any terminal has. */
const WIDTH = 80;

/** The width of the first column: that of its longest word. */
const MARK_WIDTH = "warning".length;

const PAINT = { ok: "green", info: "cyan", warning: "yellow", error: "red", unseen: "dim" } as const;

type Mark = keyof typeof PAINT;

/** A line of a check, wrapped with a hanging indent. */
export function formatSeen(mark: Mark, name: string, text: string, { color }: Io): string {
  const indent = MARK_WIDTH + name.length + 4;
  // Output of tools contains newlines.
  const [first = "", ...rest] = wrap(text.replace(/\s*\n[\s|]*/g, "; "), WIDTH - indent);
  const head = `${color[PAINT[mark]](mark.padEnd(MARK_WIDTH))}  ${name}  ${first}`;
  return [head, ...rest.map((line) => `${" ".repeat(indent)}${line}`)].join("\n");
}

/** A finding: the problem, the evidence, why it matters and how to fix it. */
export function formatFinding({ severity, what, evidence, why, remedy }: Finding, name: string, io: Io): string {
  const indent = " ".repeat(MARK_WIDTH + name.length + 4);
  const labelled = (label: string, text: string) => {
    const [first = "", ...rest] = wrap(text, WIDTH - indent.length - 5);
    return [`${indent}${label} ${first}`, ...rest.map((line) => `${indent}     ${line}`)];
  };
  return [
    formatSeen(severity, name, what, io),
    ...evidence.map((line) => `${indent}  ${io.color.dim(line)}`),
    ...labelled("Why:", why),
    ...labelled("Fix:", remedy),
  ].join("\n");
}
