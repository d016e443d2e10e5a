// Parses the text of a config into a tree in which every key and value has its position.
// This module is browser-compatible.
import { isAlias, isMap, isScalar, isSeq, type Node as YamlNode } from "yaml";
import { excerpt, MAX_DEPTH, MAX_VALUES } from "./limits.ts";
import type { Report, Span } from "./report.ts";
import { resolveJson, resolveYaml, type Value } from "./scalar.ts";
import { readSyntax } from "./syntax.ts";

/** A value of the document and its position. */
export type Node =
  | { readonly kind: "scalar"; readonly value: Value; readonly source: string; readonly span: Span }
  | { readonly kind: "list"; readonly items: readonly Node[]; readonly span: Span }
  | { readonly kind: "map"; readonly entries: readonly Entry[]; readonly span: Span };

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node;
}

export interface Document {
  /** The root of the first document; undefined if the file has none. */
  readonly root: Node | undefined;
  readonly isJson: boolean;
}

/**
 * Parses the first document of `text`, which must not begin with a byte order mark. A text whose first character is `{` is
 * JSON, with `#` comments and trailing commas tolerated; anything else is YAML 1.1. Syntax errors go to `report`.
 */
export function readDocument(text: string, report: Report): Document {
  const isJson = /^\s*\{/.test(text);
  const syntaxCode = isJson ? "json-syntax" : "yaml-syntax";
  const { document, problems, extra } = readSyntax(text);
  for (const { code, message, span } of problems) report("error", syntaxCode, span, message, hintFor(code));
  if (extra) {
    const hint = "only the first document of the file is read; remove the others";
    report("warning", "document-extra", extra, "a second YAML document begins here and is ignored", hint);
  }
  if (problems.length > 0 || !document?.contents) return { root: undefined, isJson };

  const spanOf = (node: YamlNode): Span => ({ start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 });
  // The position of an empty entry is its dash. A list in brackets has no dashes and is not searched: each search could go
  // back to the beginning of the file.
  const placeIn = (list: Span, flow: boolean | undefined, item: YamlNode | null): Span => {
    if (flow || (item && spanOf(item).end > spanOf(item).start)) return list;
    const dash = text.lastIndexOf("-", item?.range?.[0] ?? 0);
    return dash >= list.start ? { start: dash, end: dash + 1 } : list;
  };
  const nothing = (span: Span): Node => ({ kind: "scalar", value: null, source: "", span });

  // A limit for aliases and merge keys: a few lines of them can expand to more values than fit in memory.
  let values = 0;
  const add = (count: number, span: Span): boolean => {
    const was = values;
    values += count;
    if (was <= MAX_VALUES && values > MAX_VALUES) {
      const message = `the aliases expand to more than ${MAX_VALUES} values`;
      report("error", "yaml-syntax", span, message, "use fewer aliases");
    }
    return values <= MAX_VALUES;
  };
  // In document order: an alias refers to the last anchor of its name before it. An anchor without a value is still being
  // read: an alias to it would be endless.
  const anchors = new Map<string, { value?: Node; count: number }>();
  const read = (node: YamlNode | null, at: Span, depth = 0): Node => {
    if (!node) return nothing(at);
    const span = spanOf(node);
    if (depth > MAX_DEPTH) {
      report("error", syntaxCode, span, "the document is nested too deeply");
      return nothing(span);
    }
    if (isAlias(node)) {
      const { value, count } = anchors.get(node.source) ?? { count: 0 };
      if (value) return add(count, span) ? relocate(value, span) : nothing(span);
      const message = `the alias *${excerpt(node.source)} is not defined`;
      report("error", "yaml-syntax", span, message, "write the value itself");
      return nothing(span);
    }
    if (!add(1, span)) return nothing(span);
    const anchor: { value?: Node; count: number } = { count: values - 1 };
    if (node.anchor) anchors.set(node.anchor, anchor);
    anchor.value = readValue(node, at, span, depth);
    anchor.count = values - anchor.count;
    return anchor.value;
  };

  const readValue = (node: YamlNode, at: Span, span: Span, depth: number): Node => {
    if (isScalar<string>(node)) {
      // An empty value has no position of its own: use that of its key.
      const place = span.end > span.start ? span : at;
      return { kind: "scalar", value: scalarOf(node), source: node.source ?? "", span: place };
    }
    if (isSeq<YamlNode>(node)) {
      const items = node.items.map((item) => read(item, placeIn(span, node.flow, item), depth + 1));
      return { kind: "list", items, span };
    }
    if (!isMap<YamlNode, YamlNode>(node)) return nothing(span);
    const own: Entry[] = [];
    const merged: (readonly Entry[])[] = [];
    for (const pair of node.items) {
      const keySpan = spanOf(pair.key);
      const keyNode = read(pair.key, span, depth + 1);
      const key = keyNode.kind === "scalar" ? String(keyNode.value) : "";
      if (isJson && !(isScalar(pair.key) && pair.key.type === "QUOTE_DOUBLE")) {
        report("error", "json-syntax", keySpan, "a JSON key must be in double quotes", `write "${excerpt(key)}"`);
      }
      const value = read(pair.value, keySpan, depth + 1);
      if (!isJson && key === "<<" && isScalar(pair.key) && pair.key.type === "PLAIN") {
        for (const source of value.kind === "list" ? value.items : [value]) {
          if (source.kind === "map" && add(source.entries.length, keySpan)) merged.push(source.entries);
        }
      } else {
        own.push({ key, keySpan, value });
      }
    }
    // Explicit keys override merged ones, wherever the merge key is (YAML 1.1, merge key type).
    const owned = new Set(own.map((entry) => entry.key));
    return { kind: "map", entries: [...merged.flat().filter((entry) => !owned.has(entry.key)), ...own], span };
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
      const hint = "a file that begins with { is read as JSON: write strings in double quotes";
      report("error", "json-syntax", spanOf(node as YamlNode), `${excerpt(source) || "this"} is not JSON`, hint);
      return source;
    }
    const tag = /^tag:yaml\.org,2002:(.*)$/.exec(node.tag ?? "")?.[1];
    if (tag === "bool" || tag === "int" || tag === "float" || tag === "null") return resolveYaml(source);
    return quoted || node.tag !== undefined ? source : resolveYaml(source);
  };

  return { root: read(document.contents as YamlNode, { start: 0, end: 0 }), isJson };
}

/** The same node at the position of the alias. */
function relocate(node: Node, span: Span): Node {
  return { ...node, span };
}

function hintFor(code: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "indent with spaces";
    case "BLOCK_AS_IMPLICIT_KEY":
      return "put a value that contains ': ' in quotes, and start nested keys on their own line";
    case "BAD_SCALAR_START":
      return "put the value in quotes";
    case "MISSING_CHAR":
    case "BAD_INDENT":
      return "close every bracket, brace and quote, and indent all lines of a list equally";
    default:
      return "";
  }
}
