// The line diff of two texts.
import { diffLines } from "../core/index.ts";

export interface DiffLine {
  readonly text: string;
  readonly kind: "add" | "remove" | "keep";
}

/** Returns all lines of both texts. */
export function diffTexts(before: string, after: string): readonly DiffLine[] {
  const [from, to] = [before, after].map((text) => text.trimEnd().split("\n")) as [string[], string[]];
  const edits = diffLines(from, to);
  if (!edits) return [...from.map((text): DiffLine => ({ text, kind: "remove" })), ...to.map(added)];
  const lines: DiffLine[] = [];
  let [taken, kept] = [0, 0];
  const keepUntil = (place: number) => {
    for (; kept < place; kept++) lines.push({ text: from[taken++] ?? "", kind: "keep" });
  };
  for (const { op, place, line } of edits) {
    keepUntil(place - 1);
    if (op === "delete") {
      lines.push({ text: line, kind: "remove" });
      taken++;
    } else {
      lines.push(added(line));
      kept++;
    }
  }
  keepUntil(to.length);
  return lines;
}

const added = (text: string): DiffLine => ({ text, kind: "add" });
