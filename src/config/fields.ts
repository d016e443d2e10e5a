// Reads the keys of the document and their values, and checks types by the schema.
// This module is browser-compatible.
import * as v from "valibot";
import type { Entry, Node } from "./document.ts";
import { CONFIG_KEYS, type ConfigKey } from "./keys.ts";
import { excerpt } from "./limits.ts";
import type { Report } from "./report.ts";
import { configSchema } from "./schema.ts";
import { suggest } from "./suggest.ts";

/** The known keys that the document sets, with their positions. */
export type Fields = ReadonlyMap<ConfigKey, Entry>;

const fold = (key: string) => key.toUpperCase();
const KEYS: ReadonlyMap<string, ConfigKey> = new Map(CONFIG_KEYS.map((key) => [fold(key), key]));

/** The known keys of the root. Reports unknown and duplicate keys; returns undefined if the root is not a mapping. */
export function fieldsOf(root: Node | undefined, isJson: boolean, report: Report): Fields | undefined {
  if (!root || (root.kind === "scalar" && root.value === null)) return new Map();
  if (root.kind !== "map") {
    const hint = "write keys and values, such as nonMasqueradeCIDRs: [10.0.0.0/8]";
    const what = root.kind === "list" ? "a list" : "a single value";
    report("error", "document-type", root.span, `the config is ${what}, not a mapping`, hint);
    return undefined;
  }
  const fields = new Map<ConfigKey, Entry>();
  // Keys match regardless of case. The last of several wins; go-yaml sorts them first, JSON keeps their order.
  const entries = isJson
    ? root.entries
    : [...root.entries].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  for (const entry of entries) {
    const key = KEYS.get(fold(entry.key));
    if (!key) {
      report("warning", "key-unknown", entry.keySpan, () => {
        const shown = excerpt(entry.key);
        const meant = suggest(shown, CONFIG_KEYS);
        const hint = meant ? `did you mean ${meant}?` : `known keys: ${CONFIG_KEYS.join(", ")}`;
        return { message: `the key ${shown} is unknown and is ignored`, hint };
      });
      continue;
    }
    const earlier = fields.get(key);
    if (earlier) {
      report(
        "warning",
        "key-duplicate",
        earlier.keySpan,
        `${earlier.key} is set twice; this one is ignored`,
        "remove it",
      );
    }
    fields.set(key, entry);
  }
  return fields;
}

/** A string. */
export type TextNode = Extract<Node, { kind: "scalar" }> & { readonly value: string };

export const isText = (node: Node): node is TextNode => node.kind === "scalar" && typeof node.value === "string";

/** Keys whose value is a list of strings. */
export const LIST_KEYS = ["nonMasqueradeCIDRs", "masqueradeCIDRs", "sourceCIDRs", "outputInterfaces"] as const;
export type ListKey = (typeof LIST_KEYS)[number];

/** A value as data, for the schema, without list entries that are not strings: these may be huge and are checked elsewhere. */
function toData(node: Node): unknown {
  if (node.kind === "list") return node.items.filter(isText).map((item) => item.value);
  return node.kind === "map" ? {} : node.value;
}

/** The values of one file, as far as they have the right type. */
export interface Values {
  /** The keys that are not lists, with their defaults. */
  readonly scalars: Omit<v.InferOutput<typeof configSchema>, ListKey | "snat">;
  /** The entries of each list that are strings, with their positions. */
  readonly items: Readonly<Record<ListKey, readonly TextNode[]>>;
  /** The entries of snat, of any type. */
  readonly snat: readonly Node[];
  /** Keys whose value has the wrong type; here they have their default. */
  readonly broken: ReadonlySet<ConfigKey>;
}

/** Reads the values. Reports each that has the wrong type, and reads the others nevertheless. */
export function valuesOf(fields: Fields, report: Report): Values {
  const broken = new Set<ConfigKey>();
  const data: Record<string, unknown> = Object.fromEntries([...fields].map(([key, { value }]) => [key, toData(value)]));
  const snat = itemsOf(fields.get("snat"));
  // Its entries are checked separately.
  if (fields.get("snat")?.value.kind === "list") data.snat = [];
  for (const issue of v.safeParse(configSchema, data).issues ?? []) {
    const [{ key }] = issue.path as unknown as [{ key: ConfigKey }];
    const value = fields.get(key)?.value;
    if (!value) continue;
    broken.add(key);
    reportType(key, value, report);
  }
  for (const key of broken) delete data[key];
  const read = (key: ListKey) => {
    const all = itemsOf(fields.get(key));
    // Not checked by the schema, because each of its issues takes a kilobyte.
    for (const item of all) if (!isText(item)) reportItem(key, item, report);
    return all.filter(isText);
  };
  const items = {
    nonMasqueradeCIDRs: read("nonMasqueradeCIDRs"),
    masqueradeCIDRs: read("masqueradeCIDRs"),
    sourceCIDRs: read("sourceCIDRs"),
    outputInterfaces: read("outputInterfaces"),
  };
  return { scalars: v.parse(configSchema, data), items, snat, broken };
}

const itemsOf = (entry: Entry | undefined): readonly Node[] => (entry?.value.kind === "list" ? entry.value.items : []);

/** What the value of a key, or an entry of its list, must be, with an example. */
const EXPECTED: Readonly<
  Record<ConfigKey, { readonly value: string; readonly item?: string; readonly example: string }>
> = {
  nonMasqueradeCIDRs: { value: "a list of CIDRs", item: "a CIDR", example: "10.0.0.0/8" },
  masqueradeCIDRs: { value: "a list of CIDRs", item: "a CIDR", example: "10.50.0.0/16" },
  sourceCIDRs: { value: "a list of CIDRs", item: "a CIDR", example: "10.244.0.0/16" },
  outputInterfaces: { value: "a list of interfaces", item: "the name of an interface", example: "eth0" },
  snat: { value: "a list", example: "{ destinationCIDRs: [198.51.100.0/24], to: 203.0.113.5 }" },
  enforceNonMasquerade: { value: "true or false", example: "true" },
  cidrLimit: { value: "a whole number", example: "64" },
  masqLinkLocal: { value: "true or false", example: "true" },
  masqLinkLocalIPv6: { value: "true or false", example: "true" },
  resyncInterval: { value: "a duration", example: "60s" },
};

function reportItem(key: ListKey, node: Node, report: Report): void {
  const { item = "", example } = EXPECTED[key];
  const isScalar = node.kind === "scalar";
  if (isScalar && node.value === null) {
    const hint = `remove the entry, or write ${item.replace(/^an? /, "the ")} that belongs here`;
    report("error", "value-null", node.span, `an entry of ${key} is empty (null)`, hint);
  } else {
    const hint = isScalar
      ? `write ${item}, such as ${example}`
      : `write one ${item.replace(/^(an?|the) /, "")} per entry`;
    report("error", "value-type", node.span, `an entry of ${key} is ${describe(node)}, not ${item}`, hint);
  }
}

function reportType(key: ConfigKey, node: Node, report: Report): void {
  const code = node.kind === "scalar" && node.value === null ? "value-null" : "value-type";
  report("error", code, node.span, `${key} is ${describe(node)}, not ${EXPECTED[key].value}`, hintOf(key, node));
}

function hintOf(key: ConfigKey, node: Node): string {
  const source = node.kind === "scalar" ? excerpt(node.source) : "";
  const value = node.kind === "scalar" ? node.value : undefined;
  const { example } = EXPECTED[key];
  switch (key) {
    case "cidrLimit":
      return /^\d+$/.test(source) && typeof value === "string"
        ? `write ${source} without quotes`
        : "write a number such as 64";
    case "enforceNonMasquerade":
    case "masqLinkLocal":
    case "masqLinkLocalIPv6":
      return boolHint(source);
    case "resyncInterval":
      return /^\d+$/.test(source) && source !== "0" ? `write ${source}s` : `write a duration such as ${example}`;
    case "snat":
      return `write a list: ${key}: [${example}]`;
    default:
      return `write a list: ${key}: [${source || example}]`;
  }
}

function boolHint(source: string): string {
  if (source === "1" || source === "0") return source === "1" ? "write true" : "write false";
  return /^(true|false)$/i.test(source) ? `write ${source.toLowerCase()} without quotes` : "write true or false";
}

/** Describes a value in a message. */
export function describe(node: Node): string {
  if (node.kind !== "scalar") return node.kind === "list" ? "a list" : "a mapping";
  if (node.value === null) return "empty (null)";
  if (typeof node.value === "string") return `the string ${JSON.stringify(excerpt(node.value))}`;
  return typeof node.value === "number" ? `the number ${excerpt(node.source)}` : `the boolean ${node.source}`;
}
