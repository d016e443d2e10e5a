import type { Config } from "./model.ts";
/** The keys that the established agent knows, defaults filled in, and of the others those that say something. */
export declare function effectiveConfig(config: Config): object;
