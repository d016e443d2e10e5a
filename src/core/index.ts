/**
 * The core: prefixes and lists of them, lookup, lines of text, rule-text scan and diff, in WASM behind typed calls.
 * @module
 */
// This module is browser-compatible.
export { type Aggregate, aggregate, type Change, changesOf, countChanges } from "./aggregate.ts";
export { type AddressPlace, type LineBatch, LineReader, type LineReaderOptions } from "./flows.ts";
export { CoreMemoryError } from "./instance.ts";
export { type PrefixList, readPrefixList } from "./list.ts";
export {
  type Family,
  findCovers,
  joinRecords,
  type NoPrefix,
  type Prefix,
  type PrefixProblem,
  type PrefixRecords,
  parseAddresses,
  parsePrefixes,
  sortPrefixes,
} from "./prefix.ts";
export { diffLines, type Edit, type Scan, type ScannedRule, scanRules } from "./rules.ts";
export { buildTable, type Decider, type PrefixTable } from "./table.ts";
