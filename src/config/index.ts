/**
 * The config file: parses text into a `Config`, or into diagnostics with line and column.
 * @module
 */
// This module is browser-compatible.
export { describeBadAddress } from "./cidr.ts";
export { defaultConfig, type ParsedConfig, parseConfig, parseConfigs } from "./config.ts";
export {
  countOmitted,
  countProblems,
  DIAGNOSTICS_SHOWN,
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticStyle,
  formatDiagnostic,
  formatDiagnostics,
  type Omitted,
  type Severity,
} from "./diagnostic.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { effectiveConfig } from "./effective.ts";
export { describeKeys, describeSnatKeys } from "./key-descriptions.ts";
export { MAX_BYTES as MAX_CONFIG_BYTES } from "./limits.ts";
export { isPlainList, type ParsedList, parseList } from "./list.ts";
export type {
  Config,
  ConfigOptions,
  ConfigSource,
  Destination,
  OutputInterface,
  ReadOptions,
  SnatRule,
  Unsupported,
} from "./model.ts";
export { ListEditError, type OptimizedConfig, type OptimizedList, optimizeConfig } from "./optimize.ts";
export { isPrintable, printable, printableJson, printableName } from "./printable.ts";
export { suggest } from "./suggest.ts";
export { summarize } from "./summarize.ts";
