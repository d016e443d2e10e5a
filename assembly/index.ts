/** The core's door: bulk calls over linear memory. The host side of each is in src/core/. */
export { alloc, release, reset } from "./memory";
export { parsePrefixes } from "./parse";
export { formatLines, formatPrefixes } from "./format";
export { beginList, entryCount, flawedCount, readLines } from "./lines";
export { findCovers, sortPrefixes } from "./order";
export { aggregate } from "./aggregate";
export { buildTable, lookup } from "./lookup";
export { beginScan, scan, scanFindings, scanFound, scannedBalance, scannedNat, scannedRules } from "./scan";
export { diffLines, editList } from "./edit";
