// Config text to Config: everything that is wrong with it at once, or what it says.
// This module is browser-compatible.
import * as v from "valibot";
import { type Prefix, parsePrefixes } from "../core/index.ts";
import { checkCidrs } from "./cidr.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Entry, type Node, type Report, readDocument, reporter } from "./document.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { CONFIG_KEYS, type ConfigKey, configSchema, DEFAULT_CIDRS, MIN_INTERVAL_NS, RESERVED_CIDRS } from "./schema.ts";
import { suggest } from "./suggest.ts";

/** A destination that keeps the pod's address, and where that was said. */
export interface Destination {
  readonly prefix: Prefix;
  /** As it was written. */
  readonly text: string;
  /** Where it stands in the file; undefined for a default. */
  readonly origin: { readonly file: string; readonly line: number; readonly column: number } | undefined;
}

/** A valid config, defaults filled in. */
export interface Config {
  readonly nonMasqueradeCIDRs: readonly Destination[];
  readonly cidrLimit: number;
  readonly masqLinkLocal: boolean;
  readonly masqLinkLocalIPv6: boolean;
  /** Nanoseconds, at least {@link MIN_INTERVAL_NS}. */
  readonly resyncInterval: bigint;
}

/** What the flags say about how a config is read. */
export interface ConfigOptions {
  /** The name that diagnostics give the text. */
  readonly file: string;
  /** --enable-ipv6: without it an IPv6 prefix is an error. */
  readonly ipv6: boolean;
  /** --nomasq-all-reserved-ranges: the longer default list. */
  readonly reservedRanges: boolean;
}

/** `config` is there exactly when no diagnostic is an error. */
export interface ParsedConfig {
  readonly config: Config | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** The text without its byte order mark, as the diagnostics' places count it. */
  readonly text: string;
}

/** What applies where there is no config file. */
export function defaultConfig(options: ConfigOptions): ParsedConfig {
  return parseConfig("", options);
}

/**
 * Reads a config file: YAML 1.1, or JSON where it begins with `{`. Bytes must be UTF-8.
 *
 * @example
 * ```ts
 * parseConfig("nonMasqueradeCIDRs: [10.0.0.0/8]", { file: "config", ipv6: false, reservedRanges: false }).config;
 * ```
 */
export function parseConfig(source: string | Uint8Array, options: ConfigOptions): ParsedConfig {
  const diagnostics: Diagnostic[] = [];
  const finish = (config: Config | undefined, text: string): ParsedConfig => {
    const bad = diagnostics.some((diagnostic) => diagnostic.severity === "error");
    return { config: bad ? undefined : config, diagnostics: sortByPlace(diagnostics), text };
  };
  const decoded = typeof source === "string" ? source : decode(source);
  if (decoded === undefined) {
    const report = reporter(options.file, "", diagnostics);
    report("error", "not-utf8", { start: 0, end: 0 }, "the file is not UTF-8 text", "save it as UTF-8");
    return finish(undefined, "");
  }
  const text = decoded.replace(/^\uFEFF/, "");
  const report = reporter(options.file, text, diagnostics);
  const { root, isJson } = readDocument(text, report);
  const fields = fieldsOf(root, isJson, report);
  if (!fields) return finish(undefined, text);
  const values = valuesOf(fields, report);
  if (!values) return finish(undefined, text);
  return finish(configOf(values, fields, text, options, report), text);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function sortByPlace(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
}

type Fields = ReadonlyMap<ConfigKey, Entry>;

const fold = (key: string) => key.toUpperCase();

/** The known keys of the root. Unknown and repeated ones are reported; undefined where the root is no mapping. */
function fieldsOf(root: Node | undefined, isJson: boolean, report: Report): Fields | undefined {
  if (!root || (root.kind === "scalar" && root.value === null)) return new Map();
  if (root.kind !== "map") {
    const hint = "write keys and values, such as nonMasqueradeCIDRs: [10.0.0.0/8]";
    const what = root.kind === "list" ? "a list" : "a single value";
    report("error", "document-type", root.span, `the config is ${what}, not a mapping`, hint);
    return undefined;
  }
  const fields = new Map<ConfigKey, Entry>();
  // Keys match without regard to case. Of several the last wins; go-yaml hands them on sorted, JSON as they stand.
  const entries = isJson
    ? root.entries
    : [...root.entries].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  for (const entry of entries) {
    const key = CONFIG_KEYS.find((known) => fold(known) === fold(entry.key));
    if (!key) {
      const meant = suggest(entry.key, CONFIG_KEYS);
      const hint = meant ? `did you mean ${meant}?` : `known keys: ${CONFIG_KEYS.join(", ")}`;
      report("warning", "key-unknown", entry.keySpan, `the key ${entry.key} is unknown and is ignored`, hint);
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

const toData = (node: Node): unknown => {
  if (node.kind === "list") return node.items.map(toData);
  return node.kind === "map" ? {} : node.value;
};

type Values = v.InferOutput<typeof configSchema>;

/** The values in their types, or undefined where one has the wrong type; each such is reported. */
function valuesOf(fields: Fields, report: Report): Values | undefined {
  const data = Object.fromEntries([...fields].map(([key, entry]) => [key, toData(entry.value)]));
  const result = v.safeParse(configSchema, data);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const [{ key }, item] = issue.path as unknown as [{ key: ConfigKey }, { key: number } | undefined];
    const entry = fields.get(key);
    if (!entry) continue;
    const { value } = entry;
    const node = item && value.kind === "list" ? (value.items[item.key] ?? value) : value;
    reportType(key, node, item !== undefined, report);
  }
  return undefined;
}

const EXPECTED: Readonly<Record<ConfigKey, string>> = {
  nonMasqueradeCIDRs: "a list of CIDRs",
  cidrLimit: "a whole number",
  masqLinkLocal: "true or false",
  masqLinkLocalIPv6: "true or false",
  resyncInterval: "a duration",
};

function reportType(key: ConfigKey, node: Node, isItem: boolean, report: Report): void {
  const source = node.kind === "scalar" ? node.source : "";
  const found = describe(node);
  if (isItem) {
    if (node.kind === "scalar" && node.value === null) {
      const hint = "remove the entry, or write the CIDR that belongs here";
      report("error", "value-null", node.span, `an entry of ${key} is empty (null)`, hint);
      return;
    }
    const hint = node.kind === "scalar" ? "write a CIDR, such as 10.0.0.0/8" : "write one CIDR an entry";
    report("error", "value-type", node.span, `an entry of ${key} is ${found}, not a CIDR`, hint);
    return;
  }
  const hints: Readonly<Record<ConfigKey, string>> = {
    nonMasqueradeCIDRs: `write a list: ${key}: [${source || "10.0.0.0/8"}]`,
    cidrLimit: /^\d+$/.test(source) ? `write ${source} without quotes` : "write a number such as 64",
    masqLinkLocal: boolHint(source),
    masqLinkLocalIPv6: boolHint(source),
    resyncInterval: /^\d+$/.test(source) && source !== "0" ? `write ${source}s` : "write a duration such as 60s",
  };
  const code = node.kind === "scalar" && node.value === null ? "value-null" : "value-type";
  report("error", code, node.span, `${key} is ${found}, not ${EXPECTED[key]}`, hints[key]);
}

function boolHint(source: string): string {
  if (source === "1" || source === "0") return source === "1" ? "write true" : "write false";
  return /^(true|false)$/i.test(source) ? `write ${source.toLowerCase()} without quotes` : "write true or false";
}

function describe(node: Node): string {
  if (node.kind !== "scalar") return node.kind === "list" ? "a list" : "a mapping";
  if (node.value === null) return "empty (null)";
  if (typeof node.value === "string") return `the text ${JSON.stringify(node.value)}`;
  return typeof node.value === "number" ? `the number ${node.source}` : `the truth value ${node.source}`;
}

function configOf(values: Values, fields: Fields, text: string, options: ConfigOptions, report: Report): Config {
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  const listed = fields.get("nonMasqueradeCIDRs");
  const items = listed?.value.kind === "list" ? listed.value.items : [];
  const cidrs = values.nonMasqueradeCIDRs;

  let destinations: Destination[];
  if (cidrs === undefined) {
    const list = [...DEFAULT_CIDRS, ...(options.reservedRanges ? RESERVED_CIDRS : [])];
    const { read } = parsePrefixes(list);
    destinations = list.flatMap((cidr, i) => {
      const prefix = read[i];
      return prefix?.ok ? [{ prefix, text: cidr, origin: undefined }] : [];
    });
  } else {
    const raw = (cidrs ?? []).map((cidr, i) => {
      const span = items[i]?.span ?? { start: 0, end: 0 };
      return { text: cidr, span, line: lineAt(span.start) };
    });
    destinations = checkCidrs(raw, options.ipv6, report).map((prefix, i) => {
      const { text: written = "", span, line = 1 } = raw[i] ?? {};
      const column = (span?.start ?? 0) - text.lastIndexOf("\n", (span?.start ?? 0) - 1);
      return { prefix, text: written, origin: { file: options.file, line, column } };
    });
  }

  const count = cidrs === undefined ? destinations.length : (cidrs?.length ?? 0);
  if (count > values.cidrLimit) {
    const at = (listed ?? fields.get("cidrLimit"))?.keySpan ?? { start: 0, end: 0 };
    const has =
      cidrs === undefined ? `the default list has ${count} entries` : `nonMasqueradeCIDRs has ${count} entries`;
    const hint = `raise cidrLimit to ${count} or more, or merge entries`;
    report("error", "limit-exceeded", at, `${has}, and cidrLimit is ${values.cidrLimit}`, hint);
  }

  return {
    nonMasqueradeCIDRs: destinations,
    cidrLimit: values.cidrLimit,
    masqLinkLocal: values.masqLinkLocal,
    masqLinkLocalIPv6: values.masqLinkLocalIPv6,
    resyncInterval: intervalOf(values.resyncInterval, fields.get("resyncInterval"), report),
  };
}

function intervalOf(text: string, entry: Entry | undefined, report: Report): bigint {
  const at = entry?.value.span ?? { start: 0, end: 0 };
  const parsed = parseDuration(text);
  if (!parsed.ok) {
    const why = {
      syntax: "numbers with units are expected",
      range: "it is longer than 292 years",
      "no-unit": "a unit is missing",
      "bad-unit": `${JSON.stringify(parsed.unit)} is not a unit`,
    }[parsed.problem];
    const days = /^(\d+)d$/.exec(text.trim())?.[1];
    const bare = /^\d+$/.test(text.trim()) ? `${text.trim()}s` : text.replace(/\s+/g, "");
    const meant = days ? `${Number(days) * 24}h` : bare;
    const known = "units are h, m, s, ms, us, ns";
    const hint =
      meant !== text && parseDuration(meant).ok ? `write ${meant}; ${known}` : `write a duration such as 60s; ${known}`;
    report("error", "duration-syntax", at, `resyncInterval ${JSON.stringify(text)} is not a duration: ${why}`, hint);
    return 0n;
  }
  if (parsed.ns < MIN_INTERVAL_NS) {
    const shortest = formatDuration(MIN_INTERVAL_NS);
    const message = `resyncInterval ${formatDuration(parsed.ns)} is shorter than ${shortest}`;
    report("error", "interval-too-short", at, message, `write ${shortest} or longer; 60s is usual`);
  }
  return parsed.ns;
}
