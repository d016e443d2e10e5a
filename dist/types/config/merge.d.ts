import type { Config, ReadOptions } from "./model.ts";
import type { Draft } from "./source.ts";
/** The config that the files make up. It means something only if nothing was reported as an error. */
export declare function mergeDrafts(drafts: readonly Draft[], options: ReadOptions): Config;
