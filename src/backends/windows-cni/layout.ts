// Edits of a JSON text that leave every other byte as it is, laid out as their surroundings are.
// This module is browser-compatible.
import type { Node } from "jsonc-parser";
import type { Addition } from "./addition.ts";
import type { CniDocument } from "./document.ts";

const endOf = ({ offset, length }: Node) => offset + length;

function splice(text: string, from: number, to: number, content: string): string {
  return text.slice(0, from) + content + text.slice(to);
}

/** The white space that the line of a place begins with. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** How the text as a whole is laid out, for what has no neighbour to take after. */
function layoutOf({ text, root }: CniDocument) {
  const [key, value] = root.children?.[0]?.children ?? [];
  const colon = key && value ? text.slice(endOf(key), value.offset) : ": ";
  return {
    inLines: text.trim().includes("\n"),
    newline: /\r?\n/.exec(text)?.[0] ?? "\n",
    unit: /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ",
    colon: colon.includes("\n") ? ": " : colon,
    /** What follows a comma in a line. */
    gap: /\s$/.test(colon) ? " " : "",
  };
}

/** What stands between two children of a container: what does already, or else what stands before the first. */
function glueOf({ text }: CniDocument, { offset, children = [] }: Node, gap: string): string {
  const [first, second] = children;
  if (first && second) return text.slice(endOf(first), second.offset);
  return `,${(first && text.slice(offset + 1, first.offset)) || gap}`;
}

/** The value as JSON: in lines, those after the first with that `indent`, or in one line without. No text of ours holds a comma. */
function print(document: CniDocument, value: unknown, indent: string | undefined): string {
  const { newline, unit, colon, gap } = layoutOf(document);
  if (indent === undefined) return JSON.stringify(value).replaceAll('":', `"${colon}`).replaceAll(",", `,${gap}`);
  return JSON.stringify(value, null, unit)
    .replaceAll('": ', `"${colon}`)
    .replaceAll("\n", newline + indent);
}

/** The text with other items in a list of texts. */
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

/** The text with something more at the end of a list or an object. */
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
