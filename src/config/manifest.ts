// A Kubernetes ConfigMap in place of the config in it, as kubectl takes and prints it.
// This module is browser-compatible.
import { type Document, type Entry, type Node, readDocument } from "./document.ts";
import type { Report, Span } from "./report.ts";

/** The document that a file means, and how its places become places in the file. */
export interface MeantDocument extends Document {
  readonly report: Report;
  readonly spanOf: (span: Span) => Span;
}

/** The keys of `data` under which deployments have the config; the second is the name of the file that it is mounted as. */
const DATA_KEYS = ["config", "ip-masq-agent"];

/** The document itself, or that in `data.config` if it is a ConfigMap; its root is missing then if there is none. */
export function readManifest(text: string, document: Document, report: Report): MeantDocument {
  const same: MeantDocument = { ...document, report, spanOf: (span) => span };
  const { root } = document;
  const kind = root?.kind === "map" ? find(root.entries, "kind") : undefined;
  if (root?.kind !== "map" || !kind || !find(root.entries, "apiVersion")) return same;
  const map = configMapIn(root.entries);
  const data = map && find(map, "data");
  const entries = data?.value.kind === "map" ? data.value.entries : [];
  const found = DATA_KEYS.map((key) => find(entries, key)).find((entry) => entry !== undefined);
  const config = textOf(found?.value);
  if (found && config !== undefined) {
    const spanOf = spansIn(text, found.value.span, config);
    const inside: Report = (severity, code, span, words, hint) => report(severity, code, spanOf(span), words, hint);
    return { ...readDocument(config, inside), report: inside, spanOf };
  }
  const fail = (span: Span, message: string, hint: string): MeantDocument => {
    report("error", "manifest-without-config", span, message, hint);
    return { ...same, root: undefined };
  };
  if (!map) {
    const name = textOf(kind.value) ?? "this";
    const what = name === "List" ? "the List does not have exactly one ConfigMap" : `${name} is not a ConfigMap`;
    return fail(kind.value.span, what, "pass the ConfigMap that holds the config, or the config itself");
  }
  if (found) return fail(found.value.span, `${found.key} is not text`, `write it as a block of text: ${found.key}: |`);
  const names = entries.map(({ key }) => key).slice(0, 10);
  const hint =
    names.length > 0
      ? `its data has ${names.join(", ")}; name one of them config`
      : "write the config as text under data.config";
  return fail(data?.keySpan ?? kind.keySpan, "the ConfigMap has no text in data.config", hint);
}

/** The entries of the ConfigMap that a manifest is, or that a List holds as the only one. */
function configMapIn(entries: readonly Entry[]): readonly Entry[] | undefined {
  const kind = textOf(find(entries, "kind")?.value);
  if (kind === "ConfigMap") return entries;
  const items = kind === "List" ? find(entries, "items")?.value : undefined;
  const maps = items?.kind === "list" ? items.items.flatMap((item) => (item.kind === "map" ? [item.entries] : [])) : [];
  const [map, more] = maps.filter((one) => textOf(find(one, "kind")?.value) === "ConfigMap");
  return more ? undefined : map;
}

const find = (entries: readonly Entry[], key: string) => entries.find((entry) => entry.key === key);

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/**
 * Turns a span of a scalar's value into one of the text that the scalar stands in. Of a literal block (`|`) each line is
 * one of the text, with the block's indentation before it; in double quotes a character may be written as an escape. In any
 * other style a span becomes that of the whole scalar.
 */
function spansIn(text: string, scalar: Span, value: string): (span: Span) => Span {
  const runs = literalRuns(text, scalar, value) ?? quotedRuns(text, scalar, value);
  if (!runs) return () => scalar;
  const place = (offset: number): number => {
    let low = 0;
    let high = runs.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((runs[middle]?.inside ?? 0) <= offset) low = middle;
      else high = middle;
    }
    const run = runs[low];
    return run ? run.outside + offset - run.inside : scalar.start;
  };
  return ({ start, end }) => ({ start: place(start), end: end > start ? place(end - 1) + 1 : place(start) });
}

/** Characters that stand in the text as they are in the value, up to the next run. */
interface Run {
  readonly inside: number;
  readonly outside: number;
}

/** The runs of a scalar in double quotes, on one line, with JSON's escapes; undefined if it is no such scalar. */
function quotedRuns(text: string, scalar: Span, value: string): readonly Run[] | undefined {
  if (text[scalar.start] !== '"') return undefined;
  const source = text.slice(scalar.start, scalar.end);
  const runs: Run[] = [{ inside: 0, outside: scalar.start + 1 }];
  let inside = 0;
  let outside = 1;
  for (const { 0: written, index } of source.matchAll(/\\(?:u[0-9a-fA-F]{4}|[^u])/g)) {
    inside += index - outside + 1;
    outside = index + written.length;
    runs.push({ inside, outside: scalar.start + outside });
  }
  try {
    return JSON.parse(source) === value ? runs : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a literal block; undefined if the scalar is no such block. */
function literalRuns(text: string, scalar: Span, value: string): readonly Run[] | undefined {
  if (text[scalar.start] !== "|") return undefined;
  const lines = value.split("\n");
  const content = lines.find((line) => line.trim() !== "") ?? "";
  const starts: Run[] = [];
  let outside = text.indexOf("\n", scalar.start) + 1;
  let indent: number | undefined;
  let inside = 0;
  for (const line of lines) {
    const end = text.indexOf("\n", outside);
    const whole = text.slice(outside, end < 0 ? text.length : end).replace(/\r$/, "");
    // The first line with something on it shows the indentation: the value has the rest of it.
    if (indent === undefined && line === content && content !== "") indent = whole.length - line.length;
    const skip = line === "" ? Math.min(whole.length, indent ?? whole.length) : whole.length - line.length;
    if (whole.slice(skip) !== line) return undefined;
    starts.push({ inside, outside: outside + skip });
    inside += line.length + 1;
    if (end < 0) break;
    outside = end + 1;
  }
  return starts;
}
