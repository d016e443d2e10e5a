// The keys of a config in the editor: completion, and descriptions on hover.
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { Text } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import { describeKeys, describeSnatKeys } from "../config/index.ts";

/** The keys that a mapping may have, each with its description. */
type Keys = ReadonlyMap<string, string>;

const CONFIG: Keys = describeKeys();
const SNAT: Keys = describeSnatKeys();

const isSnat = (line: string) => /^"?snat"?\s*:/i.test(line);

/** Returns the keys that may begin at this column; undefined if no key of a config belongs there. */
export function keysAt(doc: Text, lineNumber: number, column: number): Keys | undefined {
  const before = doc.line(lineNumber).text.slice(0, column);
  const open = innermostOpen(before);
  const head = before.slice(0, open ?? column).trimEnd();
  const indent = indentOf(before);
  if (open !== undefined) {
    if (before[open] === "[" || !/[{,]\s*$/.test(before)) return undefined;
    if (head === "") return indent === 0 ? rootKeys(doc) : entryKeys(doc, lineNumber, indent);
    if (head.trim() === "-") return entryKeys(doc, lineNumber, indent);
    return isSnat(head.trim()) && head.includes("[") ? SNAT : undefined;
  }
  if (head.trim() === "-") return entryKeys(doc, lineNumber, indent);
  return head === "" ? keysByIndent(doc, lineNumber, column) : undefined;
}

/** The offset of the last bracket or brace that is still open at the end of the text. */
function innermostOpen(before: string): number | undefined {
  const open: number[] = [];
  for (const [i, character] of [...before].entries()) {
    if (character === "[" || character === "{") open.push(i);
    else if (character === "]" || character === "}") open.pop();
  }
  return open.at(-1);
}

function keysByIndent(doc: Text, lineNumber: number, indent: number): Keys | undefined {
  const parent = parentOf(doc, lineNumber, indent);
  if (!parent) return rootKeys(doc);
  const { text, number } = parent;
  if (text.startsWith("-")) return entryKeys(doc, number, parent.indent);
  if (/^(\},?\s*)?\{$/.test(text)) return parent.indent === 0 ? rootKeys(doc) : entryKeys(doc, number, parent.indent);
  return /^(config|ip-masq-agent)\s*:\s*[|>]/.test(text) ? CONFIG : undefined;
}

/** The keys of a list entry: only snat has mappings as entries. */
function entryKeys(doc: Text, lineNumber: number, indent: number): Keys | undefined {
  const parent = parentOf(doc, lineNumber, indent, true);
  return parent && isSnat(parent.text) ? SNAT : undefined;
}

/** A ConfigMap has the config's keys in its data only. */
function rootKeys(doc: Text): Keys | undefined {
  return /^[\s{]*"?kind"?\s*:\s*"?ConfigMap\b/m.test(doc.toString()) ? undefined : CONFIG;
}

/**
 * The nearest line above with less indentation, trimmed. `orEqual`: or with the same and no dash, because the entries of a list
 * may begin in the column of its key.
 */
function parentOf(doc: Text, lineNumber: number, indent: number, orEqual = false) {
  for (let number = lineNumber - 1; number > 0; number--) {
    const line = doc.line(number).text;
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    const own = indentOf(line);
    if (own < indent || (orEqual && own === indent && !text.startsWith("-"))) return { number, text, indent: own };
  }
  return undefined;
}

const indentOf = (line: string) => line.length - line.trimStart().length;

/** Offers the keys that may appear at the cursor and are not set yet, with their descriptions. */
export function completeKey({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const { doc } = state;
  const { text, from, number } = doc.lineAt(pos);
  const word = /"?\w*$/.exec(text.slice(0, pos - from))?.[0] ?? "";
  const start = pos - from - word.length;
  const keys = explicit || word !== "" ? keysAt(doc, number, start) : undefined;
  if (!keys) return null;
  const quote = word.startsWith('"') ? '"' : "";
  // Do not insert again what already follows the cursor.
  const end = /^"?\s*:/.test(text.slice(pos - from)) ? "" : `${quote}: `;
  const isSet = (key: string) => keys === CONFIG && new RegExp(`^[\\s{,]*"?${key}"?\\s*:`, "im").test(doc.toString());
  const options = [...keys].flatMap(([key, info]): Completion[] =>
    isSet(key) ? [] : [{ label: `${quote}${key}`, apply: `${quote}${key}${end}`, type: "property", info }],
  );
  return { from: from + start, options, validFor: /^"?\w*$/ };
}

/** Shows the description of a key on hover. */
export const explainKey = hoverTooltip(({ state }, pos) => {
  const { text, from, number } = state.doc.lineAt(pos);
  for (const match of text.matchAll(/(\w+)"?\s*:/g)) {
    const [, word = ""] = match;
    const [first, last] = [from + match.index, from + match.index + word.length];
    if (pos < first || pos > last) continue;
    const quoted = text[match.index - 1] === '"' ? 1 : 0;
    const keys = keysAt(state.doc, number, match.index - quoted);
    const info = [...(keys ?? [])].find(([key]) => key.toUpperCase() === word.toUpperCase())?.[1];
    if (info === undefined) return null;
    const create = () => {
      const dom = document.createElement("div");
      dom.className = "cm-key-info";
      dom.textContent = info;
      return { dom };
    };
    return { pos: first, end: last, above: true, create };
  }
  return null;
});
