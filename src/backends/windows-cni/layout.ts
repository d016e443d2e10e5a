// Edits of a JSON text that match the layout around them and leave every other byte unchanged.
// This module is browser-compatible.
import type { Node } from "jsonc-parser";
import type { Addition } from "./addition.ts";
import type { CniDocument } from "./document.ts";

const endOf = ({ offset, length }: Node) => offset + length;

function splice(text: string, from: number, to: number, content: string): string {
  return text.slice(0, from) + content + text.slice(to);
}

/** The indentation of the line at an offset. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** The layout of the text as a whole, for parts without a neighbour to imitate. */
function layoutOf({ text, root }: CniDocument) {
  const [key, value] = root.children?.[0]?.children ?? [];
  const colon = key && value ? text.slice(endOf(key), value.offset) : ": ";
  return {
    inLines: text.trim().includes("\n"),
    newline: /\r?\n/.exec(text)?.[0] ?? "\n",
    unit: /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ",
    colon: colon.includes("\n") ? ": " : colon,
    /** The white space after a comma within a line. */
    gap: /\s$/.test(colon) ? " " : "",
  };
}

/** The text between two children of a container: the existing one, or else a comma and the text before the first child. */
function glueOf({ text }: CniDocument, { offset, children = [] }: Node, gap: string): string {
  const [first, second] = children;
  if (first && second) return text.slice(endOf(first), second.offset);
  return `,${(first && text.slice(offset + 1, first.offset)) || gap}`;
}

/** The value as JSON: on several lines with this indent, or on one line without. Our strings contain no commas. */
function print(document: CniDocument, value: unknown, indent: string | undefined): string {
  const { newline, unit, colon, gap } = layoutOf(document);
  if (indent === undefined) return JSON.stringify(value).replaceAll('":', `"${colon}`).replaceAll(",", `,${gap}`);
  return JSON.stringify(value, null, unit)
    .replaceAll('": ', `"${colon}`)
    .replaceAll("\n", newline + indent);
}

/** Replaces the items of a list of strings. */
export function withItems(document: CniDocument, list: Node, items: readonly string[]): string {
  const { text } = document;
  const { inLines, gap } = layoutOf(document);
  const first = list.children?.[0];
  const last = list.children?.at(-1);
  if (!first || !last || items.length === 0) {
    const printed = print(document, items, inLines ? indentAt(text, list.offset) : undefined);
    return splice(text, list.offset, endOf(list), printed);
  }
  const printed = items.map((item) => JSON.stringify(item)).join(glueOf(document, list, gap));
  return splice(text, first.offset, endOf(last), printed);
}

/** Adds a value at the end of a list or an object. */
export function withAddition(document: CniDocument, { container, key, value }: Addition): string {
  const { text } = document;
  const { inLines, colon, gap } = layoutOf(document);
  const last = container.children?.at(-1);
  if (!last) {
    const whole = key === undefined ? [value] : { [key]: value };
    const printed = print(document, whole, inLines ? indentAt(text, container.offset) : undefined);
    return splice(text, container.offset, endOf(container), printed);
  }
  const glue = glueOf(document, container, gap);
  const spread = key === undefined ? text.slice(last.offset, endOf(last)) : glue;
  const printed = print(document, value, spread.includes("\n") ? indentAt(text, last.offset) : undefined);
  const content = key === undefined ? printed : `${JSON.stringify(key)}${colon}${printed}`;
  return splice(text, endOf(last), endOf(last), glue + content);
}
