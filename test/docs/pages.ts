// The documentation: its pages, their blocks of code, and the commands in their sentences and tables.
import { readdirSync, readFileSync } from "node:fs";

/** All pages, the documentation's and the repository's own. The change log describes earlier versions. */
export const PAGES: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

export interface Block {
  readonly page: string;
  /** The number of its first line, that of the fence. */
  readonly line: number;
  /** The word after the fence. */
  readonly language: string;
  readonly text: string;
  /** The last line before it that is not empty. */
  readonly before: string;
}

/** The fenced blocks of a page. Blocks in lists are indented; the indentation is not part of their text. */
export function blocksOf(page: string): Block[] {
  const lines = readFileSync(page, "utf8").split("\n");
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, indent, language] = /^( *)```(.*)$/.exec(lines[i] ?? "") ?? [];
    if (indent === undefined || language === undefined) continue;
    const end = lines.indexOf(`${indent}\`\`\``, i + 1);
    if (end < 0) throw new Error(`${page}:${i + 1}: this block has no end`);
    const text = lines
      .slice(i + 1, end)
      .map((line) => `${line.slice(indent.length)}\n`)
      .join("");
    const before = lines.slice(0, i).findLast((line) => line !== "") ?? "";
    blocks.push({ page, line: i + 1, language, text, before });
    i = end;
  }
  return blocks;
}

/** The file that a block shows, if the sentence before it ends with the file's name: "In `x.yaml`:". */
export function fileShown({ before, language }: Block): string | undefined {
  return language === "yaml" ? /`((?:docs|deploy)\/[^`]*\.yaml)`[^`.]*:$/.exec(before)?.[1] : undefined;
}

export const nameOf = ({ page, line }: { readonly page: string; readonly line: number }) => `${page}:${line}`;

export interface Inline {
  readonly page: string;
  readonly line: number;
  readonly text: string;
}

/** The code in the sentences and tables of a page, with a line break as a space. */
export function inlineCodeOf(page: string): Inline[] {
  // Blocks become empty lines, so that line numbers stay.
  const text = readFileSync(page, "utf8").replace(/^( *)```.*\n[\s\S]*?^\1```$/gm, (block) => block.replace(/.*/g, ""));
  return [...text.matchAll(/`([^`]+)`/g)].map((found) => ({
    page,
    line: text.slice(0, found.index).split("\n").length,
    text: (found[1] ?? "").replaceAll("\\|", "|").replace(/\s+/g, " "),
  }));
}
