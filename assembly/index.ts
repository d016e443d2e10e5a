/** The core's door: bulk calls over linear memory. The host side of each is in src/core/. */
export { alloc, reset } from "./memory";
export { parsePrefixes } from "./parse";
export { formatPrefixes } from "./format";
export { findCovers, sortPrefixes } from "./order";
export { lookupIPv4, lookupIPv6, lookupRecords } from "./lookup";
export { buildTable } from "./table";
export { scan, scanFindings, scannedBalance, scannedNat, scannedRules } from "./scan";
export { diffLines, editList } from "./edit";
export { copyLines, scanLines } from "./flows";
export { countLines, doubtfulRecords, parseList } from "./list";
