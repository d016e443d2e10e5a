/** What {@link parseDuration} reads as more than nothing, as a regular expression for who cannot call it. */
export declare const POSITIVE_DURATION: string;
/** A duration in nanoseconds, or why the text is none. */
export type ParsedDuration = {
    readonly ok: true;
    readonly ns: bigint;
} | {
    readonly ok: false;
    readonly problem: "syntax" | "range" | "no-unit" | "bad-unit";
    readonly unit?: string;
};
/**
 * Reads what Go's `time.ParseDuration` reads: `60s`, `1h15m30.5s`, `-5s`, `0`. Fractions are rounded down to whole
 * nanoseconds by the same floating-point steps as there.
 */
export declare function parseDuration(text: string): ParsedDuration;
/** The duration as Go prints it: `1m0s`, `1h15m30.5s`, `100µs`, `0s`. */
export declare function formatDuration(ns: bigint): string;
