/**
 * The config file: text to `Config`, or to diagnostics with line and column.
 * @module
 */
// This module is browser-compatible.
export {
  type Config,
  type ConfigOptions,
  type Destination,
  defaultConfig,
  type ParsedConfig,
  parseConfig,
} from "./config.ts";
export {
  type Diagnostic,
  type DiagnosticCode,
  formatDiagnostic,
  formatDiagnostics,
  type Severity,
  SHOWN as DIAGNOSTICS_SHOWN,
} from "./diagnostic.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { isPlainList, type ParsedList, parseList } from "./list.ts";
export { ListEditError, type OptimizedConfig, optimizeConfig } from "./optimize.ts";
export { printable, printableJson } from "./printable.ts";
export { suggest } from "./suggest.ts";
