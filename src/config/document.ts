// Config text to a located tree: every key and value with the place it came from.
// This module is browser-compatible.
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Node as YamlNode } from "yaml";
import { nestingDepth } from "./depth.ts";
import type { Diagnostic, DiagnosticCode, Severity } from "./diagnostic.ts";
import { resolveJson, resolveYaml, type Value } from "./scalar.ts";

/** A span of the text, as offsets in UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A value of the document and where it stands. */
export type Node =
  | { readonly kind: "scalar"; readonly value: Value; readonly source: string; readonly span: Span }
  | { readonly kind: "list"; readonly items: readonly Node[]; readonly span: Span }
  | { readonly kind: "map"; readonly entries: readonly Entry[]; readonly span: Span };

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node;
}

/** Makes a diagnostic about a span. */
export type Report = (severity: Severity, code: DiagnosticCode, span: Span, message: string, hint?: string) => void;

export interface Document {
  /** The first document's root; undefined where the file holds none. */
  readonly root: Node | undefined;
  readonly isJson: boolean;
}

/** Values that aliases may repeat, and how deep collections may be nested. */
const MAX_ALIASED = 10_000;
const MAX_DEPTH = 100;

/** Turns a span's start into a line and a column, both from 1. O(log n). */
export type Locate = (span: Span) => { readonly line: number; readonly column: number };

/** What turns spans of `text` into places, and reports what is wrong there `into` a list. */
export function reporter(file: string, text: string, into: Diagnostic[]): { report: Report; locate: Locate } {
  const lines = new LineCounter();
  const told = new Set<number>();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  const locate: Locate = ({ start }) => {
    const { line, col } = lines.linePos(Math.min(start, text.length));
    return { line, column: col };
  };
  const report: Report = (severity, code, span, message, hint = "") => {
    // One value, one error: the first says why, what follows from it says nothing new.
    if (severity === "error" && told.has(span.start)) return;
    if (severity === "error") told.add(span.start);
    const lineEnd = text.indexOf("\n", span.start);
    const end = Math.min(span.end, lineEnd < 0 ? text.length : lineEnd);
    const length = Math.max(1, end - span.start);
    into.push({ severity, code, message, hint, file, ...locate(span), length });
  };
  return { report, locate };
}

/**
 * Reads the first document of `text`, which must not begin with a byte order mark. A text whose first character is `{`
 * is JSON, in which `#` comments and trailing commas are tolerated; anything else is YAML 1.1. Problems of syntax go to `report`.
 */
export function readDocument(text: string, report: Report): Document {
  const isJson = /^\s*\{/.test(text);
  if (nestingDepth(text) > MAX_DEPTH) {
    report("error", isJson ? "json-syntax" : "yaml-syntax", { start: 0, end: 1 }, "values are nested too deep", "");
    return { root: undefined, isJson };
  }
  const documents = parseAllDocuments(text, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    logLevel: "silent",
    prettyErrors: false,
  });
  const [first, second] = documents;
  if (!first) return { root: undefined, isJson };
  for (const error of first.errors) {
    const [start, end] = error.pos;
    report("error", isJson ? "json-syntax" : "yaml-syntax", { start, end }, error.message, hintFor(error.code));
  }
  if (second?.range) {
    const [start, end] = second.range;
    const hint = "only the first document of the file is read; remove the others";
    report("warning", "document-extra", { start, end }, "a second YAML document begins here and is ignored", hint);
  }
  if (first.errors.length > 0 || !first.contents) return { root: undefined, isJson };

  const spanOf = (node: YamlNode): Span => ({ start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 });
  // Where an entry that is left out stands: its dash.
  const dashBefore = (item: YamlNode | null, list: Span): Span => {
    const dash = text.lastIndexOf("-", item?.range?.[0] ?? 0);
    return dash >= list.start ? { start: dash, end: dash + 1 } : list;
  };
  const nothing = (span: Span): Node => ({ kind: "scalar", value: null, source: "", span });

  // What aliases multiply ends somewhere: a few lines of them can stand for more nodes than there is memory.
  let nodes = 0;
  const most = text.length + MAX_ALIASED;
  // As they come: an alias means the last anchor of its name before it.
  const anchors = new Map<string, YamlNode>();
  // `above` are the collections being read: an alias to one of them would never end.
  const read = (node: YamlNode | null, at: Span, above: readonly YamlNode[] = []): Node => {
    if (!node) return nothing(at);
    const span = spanOf(node);
    if (above.length > MAX_DEPTH) {
      report("error", isJson ? "json-syntax" : "yaml-syntax", span, "values are nested too deep");
      return nothing(span);
    }
    if (++nodes > most) {
      if (nodes === most + 1) {
        report("error", "yaml-syntax", span, `the aliases stand for more than ${MAX_ALIASED} values`, "write fewer");
      }
      return nothing(span);
    }

    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target && !above.includes(target)) return relocate(read(target, at, above), span);
      report("error", "yaml-syntax", span, `the alias *${node.source} stands for nothing`, "write the value itself");
      return nothing(span);
    }
    if (node.anchor) anchors.set(node.anchor, node);
    if (isScalar<string>(node)) {
      // A value that is left out stands nowhere: its key does.
      const place = span.end > span.start ? span : at;
      return { kind: "scalar", value: scalarOf(node), source: node.source ?? "", span: place };
    }
    const inside = [...above, node];
    if (isSeq<YamlNode>(node)) {
      return { kind: "list", items: node.items.map((item) => read(item, dashBefore(item, span), inside)), span };
    }
    if (!isMap<YamlNode, YamlNode>(node)) return nothing(span);
    const own: Entry[] = [];
    const merged: Entry[] = [];
    for (const pair of node.items) {
      const keySpan = spanOf(pair.key);
      const keyNode = read(pair.key, span, inside);
      const key = keyNode.kind === "scalar" ? String(keyNode.value) : "";
      if (isJson && !(isScalar(pair.key) && pair.key.type === "QUOTE_DOUBLE")) {
        report("error", "json-syntax", keySpan, "a JSON key stands in double quotes", `write "${key}"`);
      }
      const value = read(pair.value, keySpan, inside);
      if (!isJson && key === "<<" && isScalar(pair.key) && pair.key.type === "PLAIN") {
        for (const source of value.kind === "list" ? value.items : [value]) {
          if (source.kind === "map") merged.push(...source.entries);
        }
      } else {
        own.push({ key, keySpan, value });
      }
    }
    // Explicit keys override merged ones, wherever the merge stands (YAML 1.1, merge key type).
    const owned = new Set(own.map((entry) => entry.key));
    return { kind: "map", entries: [...merged.filter((entry) => !owned.has(entry.key)), ...own], span };
  };

  const scalarOf = (node: {
    source?: string;
    value: unknown;
    type?: unknown;
    tag?: string;
    range?: unknown;
  }): Value => {
    const quoted = node.type !== "PLAIN";
    const source = String(node.value ?? "");
    if (isJson && !quoted) {
      const value = resolveJson(source);
      if (value !== undefined) return value;
    }
    if (isJson && node.type !== "QUOTE_DOUBLE") {
      const hint = "a file that begins with { is read as JSON: write text in double quotes";
      report("error", "json-syntax", spanOf(node as YamlNode), `${source || "this"} is not JSON`, hint);
      return source;
    }
    const tag = /^tag:yaml\.org,2002:(.*)$/.exec(node.tag ?? "")?.[1];
    if (tag === "bool" || tag === "int" || tag === "float" || tag === "null") return resolveYaml(source);
    return quoted || node.tag !== undefined ? source : resolveYaml(source);
  };

  return { root: read(first.contents as YamlNode, { start: 0, end: 0 }), isJson };
}

/** The same node, shown where the alias stands. */
function relocate(node: Node, span: Span): Node {
  return { ...node, span };
}

function hintFor(code: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "indent with spaces";
    case "BLOCK_AS_IMPLICIT_KEY":
      return "put a value that contains ': ' in quotes, and start nested keys on a line of their own";
    case "BAD_SCALAR_START":
      return "put the value in quotes";
    case "MISSING_CHAR":
    case "BAD_INDENT":
      return "close every bracket, brace and quote, and indent the lines of one list alike";
    default:
      return "";
  }
}
