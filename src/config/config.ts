// Config text to Config: everything that is wrong with it at once, or what it says.
// This module is browser-compatible.
import { type Prefix, parsePrefixes } from "../core/index.ts";
import type { AddressRange } from "./address-range.ts";
import { checkCidrs } from "./cidr.ts";
import type { Diagnostic, Omitted } from "./diagnostic.ts";
import { readDocument } from "./document.ts";
import { type Fields, fieldsOf, type Values, valuesOf } from "./fields.ts";
import { intervalOf } from "./interval.ts";
import { isTooLarge, MAX_BYTES } from "./limits.ts";
import { createReporter, type Locate, type Report, type Span } from "./report.ts";
import { DEFAULT_CIDRS, RESERVED_CIDRS } from "./schema.ts";

/** A destination that keeps the pod's address, and where that was said. */
export interface Destination {
  readonly prefix: Prefix;
  /** As it was written. */
  readonly text: string;
  /** Where it stands in the file; undefined for a default. */
  readonly origin: { readonly file: string; readonly line: number; readonly column: number } | undefined;
  /** The same as offsets in {@link ParsedConfig.text}. */
  readonly span: Span | undefined;
}

/** The name of a network interface, or its beginning and a `*`, and where that was said. */
export interface OutputInterface {
  readonly name: string;
  readonly origin: Destination["origin"];
}

/** Packets to these destinations get one of the addresses of a range of the same family. */
export interface SnatRule {
  readonly destinations: readonly Destination[];
  readonly to: AddressRange;
  /** Where `to` stands. */
  readonly origin: Destination["origin"];
}

/** A valid config, defaults filled in. */
export interface Config {
  readonly nonMasqueradeCIDRs: readonly Destination[];
  /** Destinations that are masqueraded although they may lie inside one that is kept. */
  readonly masqueradeCIDRs: readonly Destination[];
  /** Only packets from these are masqueraded or translated; empty: from anywhere. */
  readonly sourceCIDRs: readonly Destination[];
  /** Only packets that leave by one of these; empty: by any. */
  readonly outputInterfaces: readonly OutputInterface[];
  /** Destinations to which packets go with certain addresses. */
  readonly snat: readonly SnatRule[];
  readonly cidrLimit: number;
  readonly masqLinkLocal: boolean;
  readonly masqLinkLocalIPv6: boolean;
  /** Nanoseconds; 100 ms at least. */
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
  /** Is a list longer than cidrLimit no error? For who is about to make it shorter. */
  readonly anyLength?: boolean;
}

/** `config` is there exactly when nothing that is wrong is an error. */
export interface ParsedConfig {
  readonly config: Config | undefined;
  /** What is wrong, in the order of its places; of each code the first hundred. */
  readonly diagnostics: readonly Diagnostic[];
  /** How many more there are of each code. */
  readonly omitted: readonly Omitted[];
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
  const decoded = isTooLarge(source) ? "" : typeof source === "string" ? source : decodeUtf8(source);
  const text = (decoded ?? "").replace(/^\uFEFF/, "");
  const reporter = createReporter(options.file, text);
  const { report, locate } = reporter;
  const config = decoded === undefined ? undefined : read(text, options, report, locate);
  if (isTooLarge(source)) {
    const message = `the file has more than ${MAX_BYTES} bytes (1 MiB)`;
    report("error", "too-large", START, message, "no ConfigMap holds more; merge entries or remove comments");
  } else if (decoded === undefined) {
    report("error", "not-utf8", START, "the file is not UTF-8 text", "save it as UTF-8");
  }
  return {
    config: reporter.hasErrors() ? undefined : config,
    diagnostics: reporter.diagnostics(),
    omitted: reporter.omitted(),
    text,
  };
}

const START: Span = { start: 0, end: 0 };

function read(text: string, options: ConfigOptions, report: Report, locate: Locate): Config | undefined {
  const { root, isJson } = readDocument(text, report);
  const fields = fieldsOf(root, isJson, report);
  return fields && configOf(valuesOf(fields, report), fields, options, report, locate);
}

/** The text, byte order mark and all, or undefined where it is none. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function configOf(values: Values, fields: Fields, options: ConfigOptions, report: Report, locate: Locate): Config {
  const listed = fields.get("nonMasqueradeCIDRs");
  const given = listed !== undefined && !values.broken.has("nonMasqueradeCIDRs");
  const destinations = given ? listedDestinations(values, options, report, locate) : defaultDestinations(options);
  const { cidrLimit, masqLinkLocal, masqLinkLocalIPv6, resyncInterval } = values;

  const count = listed?.value.kind === "list" ? listed.value.items.length : destinations.length;
  if (count > cidrLimit && !options.anyLength && !values.broken.has("cidrLimit")) {
    const at = (listed ?? fields.get("cidrLimit"))?.keySpan ?? START;
    const has = `${given ? "nonMasqueradeCIDRs" : "the default list"} has ${count} entries`;
    const hint = `raise cidrLimit to ${count} or more, or merge entries`;
    report("error", "limit-exceeded", at, `${has}, and cidrLimit is ${cidrLimit}`, hint);
  }
  return {
    nonMasqueradeCIDRs: destinations,
    masqueradeCIDRs: [],
    sourceCIDRs: [],
    outputInterfaces: [],
    snat: [],
    cidrLimit,
    masqLinkLocal,
    masqLinkLocalIPv6,
    resyncInterval: intervalOf(resyncInterval, fields.get("resyncInterval"), report),
  };
}

function defaultDestinations({ reservedRanges }: ConfigOptions): Destination[] {
  const list = [...DEFAULT_CIDRS, ...(reservedRanges ? RESERVED_CIDRS : [])];
  const { read } = parsePrefixes(list);
  return list.flatMap((text, i) => {
    const prefix = read[i];
    return prefix?.ok ? [{ prefix, text, origin: undefined, span: undefined }] : [];
  });
}

function listedDestinations(
  { nonMasqueradeCIDRs, items }: Values,
  { file, ipv6 }: ConfigOptions,
  report: Report,
  locate: Locate,
): Destination[] {
  const raw = (nonMasqueradeCIDRs ?? []).map((text, i) => {
    const span = items[i]?.span ?? START;
    return { text, span, ...locate(span) };
  });
  return checkCidrs(raw, ipv6, report).flatMap((prefix, i) => {
    const entry = raw[i];
    if (!entry) return [];
    const { text, line, column, span } = entry;
    return [{ prefix, text, origin: { file, line, column }, span }];
  });
}
