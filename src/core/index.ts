/**
 * The core: prefixes, lookup, rule-text scan and diff, in WASM behind typed calls.
 * @module
 */
// This module is browser-compatible.

export { type AddressPlace, type LineBatch, LineReader, type LineReaderOptions } from "./flows.ts";
export { CoreMemoryError } from "./instance.ts";
export { type PrefixList, parsePrefixList } from "./list.ts";
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
  readRecords,
  recordAt,
  sortPrefixes,
} from "./prefix.ts";
export { diffLines, type Edit, type Scan, type ScannedRule, scanRules } from "./rules.ts";
export { buildTable, type Decider, type PrefixTable } from "./table.ts";
