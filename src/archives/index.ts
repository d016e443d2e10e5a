/**
 * Archives of flows: judges the lines of any number of files, of any size, compressed or not, on all processors with bounded
 * memory.
 * @module
 */
export { ArchiveError } from "./errors.ts";
export type { ArchiveProgress, ArchiveTotals } from "./merged.ts";
export { type ArchiveUse, readArchives } from "./read-archives.ts";
export type { BadLine, Difference, LineTask } from "./work.ts";
