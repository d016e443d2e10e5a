// Reads the config inside a Kubernetes ConfigMap, as kubectl accepts and prints it.
// This module is browser-compatible.
import { type Document, type Entry, type Node, readDocument } from "./document.ts";
import type { Report, Span } from "./report.ts";

/** The config document of a file, and how its positions map to positions in the file. */
export interface MeantDocument extends Document {
  readonly report: Report;
  readonly spanOf: (span: Span) => Span;
}

/** The keys of `data` that deployments use for the config; the second is also the name of the mounted file. */
const DATA_KEYS = ["config", "ip-masq-agent"];

/** The document itself, or the one in `data.config` if it is a ConfigMap, without a root if the ConfigMap has none. */
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
    return fail(kind.value.span, what, "pass the ConfigMap that contains the config, or the config itself");
  }
  if (found) return fail(found.value.span, `${found.key} is not a string`, `write it as a block: ${found.key}: |`);
  const names = entries.map(({ key }) => key).slice(0, 10);
  const hint =
    names.length > 0
      ? `its data has ${names.join(", ")}; rename one of them to config`
      : "write the config as a string under data.config";
  return fail(data?.keySpan ?? kind.keySpan, "the ConfigMap has no string in data.config", hint);
}

/** The entries of the ConfigMap: the manifest itself, or the only one in a List. */
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
 * Returns a function that maps a span in a scalar's value to a span in the text around it. Each line of a literal block
 * (`|`) is a line of the text, preceded by the block's indentation; in double quotes a character may be an escape. In any
 * other style the result is the span of the whole scalar.
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

/** The beginning of a run of characters that are the same in the text and in the value, up to the next run. */
interface Run {
  readonly inside: number;
  readonly outside: number;
}

/** The runs of a scalar in double quotes, on one line, with JSON escapes; undefined for any other scalar. */
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

/** The lines of a literal block; undefined for any other scalar. */
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
    // The first non-empty line determines the indentation: the value has the rest of the line.
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
