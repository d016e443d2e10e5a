// Config text to Config: everything that is wrong with it at once, or what it says.
// This module is browser-compatible.
import { type Prefix, parsePrefixes } from "../core/index.ts";
import { checkCidrs } from "./cidr.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Report, readDocument, reporter } from "./document.ts";
import { type Fields, fieldsOf, type Values, valuesOf } from "./fields.ts";
import { intervalOf } from "./interval.ts";
import { DEFAULT_CIDRS, RESERVED_CIDRS } from "./schema.ts";

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
