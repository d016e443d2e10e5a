import { evaluate } from "../../src/preview/evaluate.ts";
import { CONFIG_FILE, type ConfigText, DEFAULT_FLAGS } from "../../src/preview/state.ts";

/** The files of a config. */
export const filesOf = (config: string | readonly ConfigText[]): readonly ConfigText[] =>
  typeof config === "string" ? [{ file: CONFIG_FILE, text: config }] : config;

/** The policy of a config in one file. */
export const policyOf = (config: string, flags = DEFAULT_FLAGS) => evaluate(filesOf(config), flags).policy ?? [];
