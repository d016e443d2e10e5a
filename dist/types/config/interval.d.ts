import type { Entry } from "./document.ts";
import type { Report } from "./report.ts";
/** The interval in nanoseconds; 0 where the text is bad, which is reported. */
export declare function intervalOf(text: string, entry: Entry | undefined, report: Report): bigint;
