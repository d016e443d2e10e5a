/** The core's door: bulk calls over linear memory. The host side of each is in src/core/. */
export { alloc, reset } from "./memory";
export { parsePrefixes } from "./parse";
export { formatPrefixes } from "./format";
export { findCovers, sortPrefixes } from "./order";
export { buildTable, lookup } from "./lookup";
export { scan, scanFindings, scannedBalance, scannedNat, scannedRules } from "./scan";
export { diffLines, editList } from "./edit";
