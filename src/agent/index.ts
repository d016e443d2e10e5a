/**
 * The agent: the long-running loop and what it reads and writes besides the kernel.
 * @module
 */

export { type ClaimedChain, claimedChains } from "./claim.ts";
export { ConfigFileError, type LoadedConfig, readConfigFiles } from "./config-file.ts";
export { isConfigThread, runConfigThread } from "./config-thread.ts";
export { keepHeapSmall } from "./heap.ts";
export { createLog, type Log, type LogLevel, type LogOptions } from "./log.ts";
export { type Run, type RunOptions, run } from "./run.ts";
