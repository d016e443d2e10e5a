// Parses the text of a config into a Config, or reports all its problems at once.
// This module is browser-compatible.
import type { Diagnostic, Omitted } from "./diagnostic.ts";
import { mergeDrafts } from "./merge.ts";
import type { Config, ConfigOptions, ConfigSource, ReadOptions } from "./model.ts";
import { readSource } from "./source.ts";

/** The result of parsing a config. */
export interface ParsedConfig {
  /** Undefined if and only if there are errors. */
  readonly config: Config | undefined;
  /** The problems, by file and position; the first hundred of each code in a file. */
  readonly diagnostics: readonly Diagnostic[];
  /** How many more there are of each code. */
  readonly omitted: readonly Omitted[];
  /** The text of each file without its byte order mark; the positions in diagnostics refer to it. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The config that applies if there is no config file. */
export function defaultConfig(options: ReadOptions): ParsedConfig {
  return parseConfigs([], options);
}

/**
 * Parses a config file: YAML 1.1, or JSON if it begins with `{`, or a Kubernetes ConfigMap with the config in it. Bytes must
 * be UTF-8.
 *
 * @example
 * ```ts
 * parseConfig("nonMasqueradeCIDRs: [10.0.0.0/8]", { file: "config", ipv6: false, reservedRanges: false }).config;
 * ```
 */
export function parseConfig(bytes: string | Uint8Array, { file, ...options }: ConfigOptions): ParsedConfig {
  return parseConfigs([{ file, bytes }], options);
}

/** Parses a config of several files, which is valid if all of them are: lists are merged, other keys must not conflict. */
export function parseConfigs(sources: readonly ConfigSource[], options: ReadOptions): ParsedConfig {
  const read = sources.map(readSource);
  const drafts = read.flatMap(({ draft }) => (draft ? [draft] : []));
  // Also if some files cannot be read, so that all problems are reported at once.
  const config = mergeDrafts(drafts, options);
  return {
    config: read.some(({ reporter }) => reporter.hasErrors()) ? undefined : config,
    diagnostics: read.flatMap(({ reporter }) => reporter.diagnostics()),
    omitted: read.flatMap(({ reporter }) => reporter.omitted()),
    texts: new Map(read.map(({ file, text }) => [file, text])),
  };
}
