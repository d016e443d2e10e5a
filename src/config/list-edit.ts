// Removes and replaces entries of a list in a config's text and leaves all other text unchanged.
// This module is browser-compatible.
import type { Span } from "./report.ts";

/** An entry of a YAML or JSON list, and its edit. */
export interface ListItem {
  readonly span: Span;
  /** undefined: it stays; a string replaces it; null: it is removed, with a comment after it on its line. */
  readonly becomes: string | undefined | null;
}

/** Applies the edits. The commas and line breaks of a removed entry are removed too. */
export function editList(text: string, items: readonly ListItem[]): string {
  const isCut = (item: ListItem | undefined) => item?.becomes === null;
  const pieces: string[] = [];
  let done = 0;
  const replace = (start: number, end: number, by = "") => {
    // Removed ranges may overlap.
    pieces.push(text.slice(done, Math.max(start, done)), by);
    done = Math.max(end, done);
  };
  const kept = items.findLast((item) => !isCut(item));
  const last = items.at(-1);
  let keptOnLine: ListItem | undefined;
  for (const [i, item] of items.entries()) {
    const { span, becomes } = item;
    const previous = items[i - 1];
    if (previous && text.slice(previous.span.end, span.start).includes("\n")) keptOnLine = undefined;
    if (typeof becomes === "string") replace(span.start, span.end, quoted(becomes, text[span.start]));
    else if (becomes === null) {
      const line = ownLine(text, span, previous?.span.end ?? 0);
      const next = items[i + 1]?.span.start ?? Number.POSITIVE_INFINITY;
      if (line) replace(line.start, line.end);
      else if (keptOnLine && previous) replace(previous.span.end, span.end);
      else replace(span.start, Math.min(next, commaAfter(text, span.end)?.after ?? span.end));
    }
    if (!isCut(item)) keptOnLine = item;
    // If the end of a list is removed, the comma before it is too: JSON has no trailing commas.
    const comma =
      item === kept && isCut(last) && last && !commaAfter(text, last.span.end) && commaAfter(text, span.end);
    if (comma) replace(comma.at, comma.at + 1);
  }
  return pieces.join("") + text.slice(done);
}

/** The network in the same quotes, if any, as the entry that it replaces. */
function quoted(network: string, first = ""): string {
  const quote = first === '"' || first === "'" ? first : network.startsWith(":") ? '"' : "";
  return `${quote}${network}${quote}`;
}

/** The line of an entry, with its line end, if it has only a `-`, a comma and a comment besides. */
function ownLine(text: string, { start, end }: Span, previous: number): Span | undefined {
  // Search no further than the entry before: a list with many entries may be a single line.
  const from = previous + text.slice(previous, start).lastIndexOf("\n") + 1;
  if (from === previous && previous > 0 && text[previous - 1] !== "\n") return undefined;
  const newline = text.indexOf("\n", end);
  const to = newline < 0 ? text.length : newline + 1;
  const alone =
    /^\s*(-\s+)?$/.test(text.slice(from, start)) && /^[ \t]*,?\s*(#.*)?$/.test(text.slice(end, to).trimEnd());
  return alone ? { start: from, end: to } : undefined;
}

/** The position of the comma after an entry, and of the end of the blanks after it. */
function commaAfter(text: string, end: number): { at: number; after: number } | undefined {
  const [before = ""] = /^(?:\s|#.*)*/.exec(text.slice(end)) ?? [];
  const at = end + before.length;
  if (text[at] !== ",") return undefined;
  return { at, after: at + 1 + (/^[ \t]*/.exec(text.slice(at + 1))?.[0].length ?? 0) };
}
