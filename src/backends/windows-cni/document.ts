// A CNI config as a syntax tree with positions.
// This module is browser-compatible.
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { CniConfigProblem } from "./problem.ts";

export interface CniDocument {
  readonly text: string;
  /** An object. */
  readonly root: Node;
}

/**
 * Reads strict JSON whose root is an object and in which no object has duplicate keys: readers differ in which one they
 * use. Throws {@link CniConfigProblem}.
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
    // The parser is recursive.
    if (!(error instanceof RangeError)) throw error;
    throw new CniConfigProblem(
      "json-syntax",
      text,
      { offset: 0, length: 1 },
      "values are nested too deeply",
      "reduce the nesting",
    );
  }
}

/** Container runtimes and plugins read JSON with Go's encoding/json, for which a byte order mark is a syntax error. */
function refuseMark(text: string): void {
  if (!text.startsWith("\uFEFF")) return;
  throw new CniConfigProblem(
    "json-syntax",
    text.slice(1),
    { offset: 0, length: 1 },
    "the file begins with a byte order mark, which CNI plugins do not accept",
    "save it as UTF-8 without one; Windows PowerShell's -Encoding utf8 writes one, ascii does not",
  );
}

function parse(text: string, errors: ParseError[]): Node | undefined {
  return parseTree(text, errors, { disallowComments: true });
}

/** Messages and hints for the parser's error codes. */
const SYNTAX: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  CloseBraceExpected: ["a } is missing here", "close every { with a }"],
  CloseBracketExpected: ["a ] is missing here", "close every [ with a ]"],
  ColonExpected: ["a : is missing here", 'write "key": value'],
  CommaExpected: ["a comma is missing before this", "write a comma between two values"],
  EndOfFileExpected: ["unexpected text after the end of the JSON value", "remove it"],
  InvalidCommentToken: ["JSON has no comments", "remove it"],
  InvalidCharacter: ["a string contains a tab or another control character", "write it as an escape, such as \\t"],
  InvalidEscapeCharacter: ["unknown escape sequence", "write \\\\ for a backslash"],
  InvalidUnicode: ["\\u without four hexadecimal digits", "write \\\\ for a backslash"],
  PropertyNameExpected: ["a key in double quotes is missing here", "remove the comma before it, or write a key"],
  UnexpectedEndOfNumber: ["a number is incomplete", "write digits after the decimal point, or remove it"],
  UnexpectedEndOfString: ["a string is not closed", 'close it with a "'],
  ValueExpected: ["a value is missing here", "remove the comma before it, or write a value"],
};

function syntaxProblem(text: string, error: ParseError | undefined): CniConfigProblem {
  // At the end of the file, show its last character instead.
  const end = Math.max(0, text.trimEnd().length - 1);
  const offset = Math.min(error?.offset ?? 0, end);
  const code = error ? codeOf(error, text) : "ValueExpected";
  const fallback = ["this is not JSON", "write strings in double quotes, numbers, true, false or null"] as const;
  const [message, hint] =
    text.trim() === "" ? (["the file is empty", "write a CNI config"] as const) : (SYNTAX[code] ?? fallback);
  return new CniConfigProblem("json-syntax", text, { offset, length: error?.length ?? 1 }, message, hint);
}

/** The parser's code; for anything but a comment after a complete value, `EndOfFileExpected`. */
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
 * The property of that name. Keys match regardless of case, as in the plugins (Go, encoding/json): two keys that differ
 * only in case are duplicates. Throws {@link CniConfigProblem}.
 */
export function propertyOf({ text }: CniDocument, object: Node, name: string): Property | undefined {
  const found = (object.type === "object" ? (object.children ?? []) : []).flatMap(({ children: [key, value] = [] }) =>
    key && value && fold(key.value) === fold(name) ? [{ key, value }] : [],
  );
  if (found[1]) throw duplicate(text, found[1].key);
  return found[0];
}

/** Whether both are the same word, regardless of case. */
export function sameWord(value: unknown, word: string): boolean {
  return fold(value) === fold(word);
}

function fold(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

/** Whether the value is null. The plugins ignore it, but the key exists and must not be added again. */
export function isNull({ value }: Property): boolean {
  return value.type === "null";
}

/** The elements of a property that must be a list or null. Throws {@link CniConfigProblem}. */
export function elementsOf(document: CniDocument, property: Property): readonly Node[] {
  const { key, value } = property;
  if (value.type === "array" || isNull(property)) return value.children ?? [];
  const hint = `write a list: "${key.value}": []`;
  throw new CniConfigProblem("value-type", document.text, value, `${key.value} is ${article(value)}, not a list`, hint);
}

/** Describes a value in a message: `a list`, `the string "x"`. */
export function article({ type, value }: Node): string {
  if (type === "string") return `the string ${JSON.stringify(value)}`;
  if (type === "array") return "a list";
  return type === "object" ? "an object" : String(value);
}
