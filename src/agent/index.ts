/**
 * The agent: the long-running loop and what it reads and writes besides the kernel.
 * @module
 */
export { type ConfigFile, ConfigFileError, readConfigFile } from "./config-file.ts";
export { klog, type Log, type LogLevel } from "./log.ts";
export { type RunOptions, run } from "./run.ts";
