/**
 * The agent: the long-running loop, its config files, log, metrics and health.
 * @module
 */

export { type ClaimedChain, claimedChains } from "./claim.ts";
export { ConfigFileError, type LoadedConfig, readConfigFiles } from "./config-file.ts";
export { isConfigThread, runConfigThread } from "./config-thread.ts";
export { keepHeapSmall } from "./heap.ts";
export { createLog, type Log, type LogLevel, type LogOptions } from "./log.ts";
export { type Run, type RunOptions, run } from "./run.ts";
