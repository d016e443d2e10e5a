// A config with the smallest list that means the same.
// This module is browser-compatible.
import { type Aggregate, aggregate, parsePrefixes } from "../core/index.ts";
import { type Config, type ConfigOptions, decodeUtf8, type ParsedConfig, parseConfig } from "./config.ts";
import { editList } from "./cut.ts";

/** The list of a config is written in a way that entries cannot be cut out of. */
export class ListEditError extends Error {
  override name = "ListEditError";
}

/** A valid config, and how small its list can be. */
export interface OptimizedConfig {
  readonly config: Config;
  /** What becomes of the entries of `config.nonMasqueradeCIDRs`; undefined where the file lists none. */
  readonly list: Aggregate | undefined;
  /** The smallest list. */
  readonly networks: readonly string[];
  /** The config file with that list, and otherwise as it was, byte for byte. */
  readonly text: string;
}

/**
 * Reads a config, whose list may be longer than its cidrLimit, and makes its list the smallest that says the same: all
 * entries have the same verdict, so their order means nothing. A merged entry stands where the first of its parts did.
 * `optimized` is undefined where the config is invalid. Throws {@link ListEditError}.
 */
export function optimizeConfig(
  source: Uint8Array,
  options: ConfigOptions,
): { parsed: ParsedConfig; optimized: OptimizedConfig | undefined } {
  const parsed = parseConfig(source, { ...options, anyLength: true });
  const { config, text } = parsed;
  if (!config) return { parsed, optimized: undefined };
  const whole = decodeUtf8(source) ?? text;
  const entries = config.nonMasqueradeCIDRs;
  if (entries.every(({ span }) => !span)) {
    return { parsed, optimized: { config, list: undefined, networks: [], text: whole } };
  }
  const list = aggregate(parsePrefixes(entries.map((entry) => entry.text)).records);
  const networks = new TextDecoder().decode(list.text).split("\n").slice(0, -1);
  const mark = whole.slice(0, whole.length - text.length);
  const edited = mark + editList(text, itemsOf(config, list, networks));
  const again = parseConfig(edited, { ...options, anyLength: true }).config?.nonMasqueradeCIDRs;
  const stands = again?.map(({ prefix }) => prefix.network).sort();
  if (stands?.join() !== [...networks].sort().join()) {
    throw new ListEditError(
      `the list of ${options.file} cannot be edited as it is written (an entry has an anchor or more than one line); the smallest list is:\n${networks.join("\n")}`,
    );
  }
  return { parsed, optimized: { config, list, networks, text: edited } };
}

/** What becomes of each entry. */
function itemsOf(config: Config, { parts, fates }: Aggregate, networks: readonly string[]) {
  const placed = new Set<number>();
  return config.nonMasqueradeCIDRs.map(({ span = { start: 0, end: 0 } }, i) => {
    const fate = fates[i] ?? -1;
    if (fate >= 0 || placed.has(fate)) return { span, becomes: null };
    placed.add(fate);
    return { span, becomes: parts[~fate] === 1 ? undefined : networks[~fate] };
  });
}
