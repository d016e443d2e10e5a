/**
 * The core: prefixes and lists of them, lookups, lines of text, and scans and diffs of rule text, in WASM behind typed calls.
 * @module
 */
// This module is browser-compatible.

export { type Aggregate, aggregate, type Change, changesOf, countChanges } from "./aggregate.ts";
export { contains } from "./contains.ts";
export {
  type LineBatch,
  type LineGate,
  LineReader,
  type LineReaderOptions,
  type LineTable,
} from "./flows.ts";
export { CoreMemoryError } from "./instance.ts";
export { InvalidCidrError } from "./invalid-cidr.ts";
export { type PrefixList, readPrefixList } from "./list.ts";
export { merge } from "./merge.ts";
export { findCovers, sortPrefixes } from "./order.ts";
export { overlaps } from "./overlaps.ts";
export type { AddressPlace } from "./places.ts";
export {
  addressOf,
  type Family,
  formatAddresses,
  joinRecords,
  type Prefix,
  parseAddresses,
  parsePrefixes,
  parseRecords,
} from "./prefix.ts";
export { type Match, PrefixTable } from "./prefix-table.ts";
export {
  type AddressRange,
  formatAddressRange,
  formatIntervals,
  formatRange,
  type Interval,
  LINK_LOCAL_CIDRS,
  rangeToPrefixes,
} from "./range.ts";
export type { NoPrefix, PrefixProblem, PrefixRecords } from "./record.ts";
export {
  diffLines,
  diffLinesInSteps,
  type Edit,
  type Scan,
  type ScannedRule,
  scanRules,
  scanRulesInSteps,
} from "./rules.ts";
export { diffPrefixes, diffSegments, type SegmentDifference, type Segments, segmentsOf } from "./segments.ts";
export { countInSteps, eachInSteps, finish, PIECE, type Steps } from "./steps.ts";
export { subtract } from "./subtract.ts";
export { buildTable, type Decider, type LookupTable } from "./table.ts";
