/**
 * The agent: the long-running loop, its config files, log, metrics and health.
 * @module
 */

export { type ClaimedChain, claimedChains } from "./claim.ts";
export { ConfigFileError, type LoadedSource, readSources } from "./config-file.ts";
export { keepHeapSmall } from "./heap.ts";
export { type LoadedConfig, parseSources } from "./loaded-config.ts";
export { createLog, type Log, type LogLevel, type LogOptions } from "./log.ts";
export { type Run, type RunOptions, run } from "./run.ts";
