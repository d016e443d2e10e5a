/** The exports of the core: bulk calls on linear memory. The host side of each is in src/core/. */
export { alloc, release, reset } from "./memory";
export { parsePrefixes } from "./parse";
export { formatLines, formatPrefixes } from "./format";
export { beginList, entryCount, flawedCount, ipv6Count, readList } from "./list";
export { findUnusable } from "./check";
export { findCovers, sortPrefixes } from "./order";
export { aggregate } from "./aggregate";
export { lookupIPv4, lookupIPv6, lookupRecords } from "./lookup";
export { buildTable } from "./table";
export { diffSegments, foundSegments, segmentsOf } from "./space";
export { beginScan, scan, scanFindings, scanFound, scannedBalance, scannedNat, scannedRules } from "./scan";
export { diffLines, editList } from "./edit";
export { copyLines, scanLines } from "./flows";
