// Cutting entries out of a list where it stands, and putting others in their place: all other text stays as it is.
// This module is browser-compatible.
import type { Span } from "./report.ts";

/** An entry of a YAML or JSON list, and what becomes of it. */
export interface ListItem {
  readonly span: Span;
  /** undefined: it stays; a text stands in its place; null: it goes, and a comment behind it on its line. */
  readonly becomes: string | undefined | null;
}

/** The text with all that done. Commas and line breaks that were there for an entry go with it. */
export function editList(text: string, items: readonly ListItem[]): string {
  const isCut = (item: ListItem | undefined) => item?.becomes === null;
  const pieces: string[] = [];
  let done = 0;
  const replace = (start: number, end: number, by = "") => {
    // What two cuts have in common goes once.
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
    // Where the end of a list goes, the comma before it goes too: in JSON none may stand before the bracket.
    const comma =
      item === kept && isCut(last) && last && !commaAfter(text, last.span.end) && commaAfter(text, span.end);
    if (comma) replace(comma.at, comma.at + 1);
  }
  return pieces.join("") + text.slice(done);
}

/** In the quotes, if any, of what stood there. */
function quoted(network: string, first = ""): string {
  const quote = first === '"' || first === "'" ? first : network.startsWith(":") ? '"' : "";
  return `${quote}${network}${quote}`;
}

/** The line, with its end, of an entry that has it to itself but for a `-`, a comma and a comment. */
function ownLine(text: string, { start, end }: Span, previous: number): Span | undefined {
  // Not searched for beyond the entry before it: a list of many entries may be one line.
  const from = previous + text.slice(previous, start).lastIndexOf("\n") + 1;
  if (from === previous && previous > 0 && text[previous - 1] !== "\n") return undefined;
  const newline = text.indexOf("\n", end);
  const to = newline < 0 ? text.length : newline + 1;
  const alone =
    /^\s*(-\s+)?$/.test(text.slice(from, start)) && /^[ \t]*,?\s*(#.*)?$/.test(text.slice(end, to).trimEnd());
  return alone ? { start: from, end: to } : undefined;
}

/** The comma behind an entry, and where it and the blanks after it end. */
function commaAfter(text: string, end: number): { at: number; after: number } | undefined {
  const [before = ""] = /^(?:\s|#.*)*/.exec(text.slice(end)) ?? [];
  const at = end + before.length;
  if (text[at] !== ",") return undefined;
  return { at, after: at + 1 + (/^[ \t]*/.exec(text.slice(at + 1))?.[0].length ?? 0) };
}
