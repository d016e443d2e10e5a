// What a check reports, as lines for a person.
import type { Finding } from "../doctor/index.ts";
import type { Io } from "./io.ts";
import { wrap } from "./wrap.ts";

/** As wide as a terminal is at least. */
const WIDTH = 80;

/** The first column; the longest word in it. */
const MARK = "warning".length;

const PAINT = { ok: "green", info: "cyan", warning: "yellow", error: "red", unseen: "dim" } as const;

type Mark = keyof typeof PAINT;

/** A line of a check, wrapped below its beginning. */
export function formatSeen(mark: Mark, name: string, text: string, { color }: Io): string {
  const indent = MARK + name.length + 4;
  // What tools say comes in lines of its own.
  const [first = "", ...rest] = wrap(text.replace(/\s*\n[\s|]*/g, "; "), WIDTH - indent);
  const head = `${color[PAINT[mark]](mark.padEnd(MARK))}  ${name}  ${first}`;
  return [head, ...rest.map((line) => `${" ".repeat(indent)}${line}`)].join("\n");
}

/** A finding: what, its evidence as the node has it, why it matters, and what to do. */
export function formatFinding({ severity, what, evidence, why, remedy }: Finding, name: string, io: Io): string {
  const indent = " ".repeat(MARK + name.length + 4);
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
