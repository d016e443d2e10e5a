// A CNI config's text as a tree with places.
// This module is browser-compatible.
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { CniConfigProblem } from "./problem.ts";

export interface CniDocument {
  readonly text: string;
  /** An object. */
  readonly root: Node;
}

/**
 * Reads strict JSON whose root is an object and in which no object says a key twice: of two equal keys readers take
 * different ones. Throws {@link CniConfigProblem}.
 */
export function readCniDocument(text: string): CniDocument {
  refuseMark(text);
  const errors: ParseError[] = [];
  try {
    const root = parse(text, errors);
    const [error] = errors;
    if (error || !root) throw syntaxProblem(text, error);
    if (root.type !== "object") {
      const hint = "write a network configuration (an object with a type) or a list of them (an object with plugins)";
      throw new CniConfigProblem("value-type", text, root, `the CNI config is ${article(root)}, not an object`, hint);
    }
    refuseDuplicates(text, root);
    return { text, root };
  } catch (error) {
    // The parser calls itself for each level.
    if (!(error instanceof RangeError)) throw error;
    throw new CniConfigProblem(
      "json-syntax",
      text,
      { offset: 0, length: 1 },
      "values are nested too deep",
      "nest less",
    );
  }
}

/** What starts plugins, and they themselves, read JSON by Go's encoding/json, to which a byte order mark is a syntax error. */
function refuseMark(text: string): void {
  if (!text.startsWith("\uFEFF")) return;
  throw new CniConfigProblem(
    "json-syntax",
    text.slice(1),
    { offset: 0, length: 1 },
    "the file begins with a byte order mark, and CNI plugins read none that does",
    "save it as UTF-8 without one; Windows PowerShell's -Encoding utf8 writes one, ascii does not",
  );
}

function parse(text: string, errors: ParseError[]): Node | undefined {
  return parseTree(text, errors, { disallowComments: true });
}

/** What the parser's codes mean to a person, and what to do. */
const SYNTAX: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  CloseBraceExpected: ["a } is missing here", "close every { with a }"],
  CloseBracketExpected: ["a ] is missing here", "close every [ with a ]"],
  ColonExpected: ["a : is missing here", 'write "key": value'],
  CommaExpected: ["a comma is missing before this", "write a comma between two values"],
  EndOfFileExpected: ["something stands behind the end of the JSON value", "remove it"],
  InvalidCommentToken: ["JSON has no comments", "remove it"],
  InvalidCharacter: ["a text holds a tab or another control character", "write it as an escape, such as \\t"],
  InvalidEscapeCharacter: ["a \\ is followed by what JSON does not know", "write \\\\ for a backslash"],
  InvalidUnicode: ["\\u without four hexadecimal digits", "write \\\\ for a backslash"],
  PropertyNameExpected: ["a key in double quotes is missing here", "remove the comma before it, or write a key"],
  UnexpectedEndOfNumber: ["a number is cut short", "write digits behind the point, or none"],
  UnexpectedEndOfString: ["a text is not closed", 'close it with a "'],
  ValueExpected: ["a value is missing here", "remove the comma before it, or write a value"],
};

function syntaxProblem(text: string, error: ParseError | undefined): CniConfigProblem {
  // At the end of the file there is nothing to show: its last character is.
  const end = Math.max(0, text.trimEnd().length - 1);
  const offset = Math.min(error?.offset ?? 0, end);
  const code = error ? codeOf(error, text) : "ValueExpected";
  const fallback = [
    "this is not JSON",
    "write text in double quotes, numbers as they are, true, false or null",
  ] as const;
  const [message, hint] =
    text.trim() === "" ? (["the file is empty", "write a CNI config"] as const) : (SYNTAX[code] ?? fallback);
  return new CniConfigProblem("json-syntax", text, { offset, length: error?.length ?? 1 }, message, hint);
}

/** The parser's code; of whatever follows on a whole value but a comment, that it does so. */
function codeOf({ error, offset }: ParseError, text: string): string {
  const code = printParseErrorCode(error);
  if (code === "InvalidCommentToken") return code;
  const before: ParseError[] = [];
  parse(text.slice(0, offset), before);
  return before.length === 0 ? "EndOfFileExpected" : code;
}

function refuseDuplicates(text: string, node: Node): void {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const [key] = child.children ?? [];
    if (node.type === "object" && key) {
      if (seen.has(key.value)) throw duplicate(text, key);
      seen.add(key.value);
    }
    refuseDuplicates(text, child);
  }
}

function duplicate(text: string, key: Node): CniConfigProblem {
  return new CniConfigProblem("key-duplicate", text, key, `the key ${key.value} is set twice`, "remove one of the two");
}

/** A key of an object, and its value. */
export interface Property {
  readonly key: Node;
  readonly value: Node;
}

/**
 * The property of that name. Keys match without regard to case, as the plugins read them (Go, encoding/json): two that
 * differ in nothing else are one set twice. Throws {@link CniConfigProblem}.
 */
export function propertyOf({ text }: CniDocument, object: Node, name: string): Property | undefined {
  const found = (object.type === "object" ? (object.children ?? []) : []).flatMap(({ children: [key, value] = [] }) =>
    key && value && fold(key.value) === fold(name) ? [{ key, value }] : [],
  );
  if (found[1]) throw duplicate(text, found[1].key);
  return found[0];
}

/** Are both the same word but for case? */
export function sameWord(value: unknown, word: string): boolean {
  return fold(value) === fold(word);
}

function fold(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

/** Null is what is not there to the plugins' reader, but the key is taken. */
export function isNull({ value }: Property): boolean {
  return value.type === "null";
}

/** The elements of a list, which the value must be, or null. Throws {@link CniConfigProblem}. */
export function elementsOf(document: CniDocument, property: Property): readonly Node[] {
  const { key, value } = property;
  if (value.type === "array" || isNull(property)) return value.children ?? [];
  const hint = `write a list: "${key.value}": []`;
  throw new CniConfigProblem("value-type", document.text, value, `${key.value} is ${article(value)}, not a list`, hint);
}

/** What a value is, for a sentence. */
export function article({ type, value }: Node): string {
  if (type === "string") return `the text ${JSON.stringify(value)}`;
  if (type === "array") return "a list";
  return type === "object" ? "an object" : String(value);
}
