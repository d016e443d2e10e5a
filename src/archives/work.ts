// The work to do for lines, and its results: plain data that can be sent to threads.
import type { LineTable } from "../core/index.ts";
import type { FlowFormat, WantedPlaces } from "../flows/index.ts";

/** What to do with each line. Indexes are those of a `LineTable`; -1 means that the line has no address. */
export type LineTask =
  /** Writes unchanged each line whose index has a 1. */
  | { readonly kind: "copy"; readonly wanted: Uint8Array }
  /** Writes for each line its address and the text for its index, as plain text or as an object. */
  | { readonly kind: "format"; readonly as: "text" | "json" | "yaml" }
  /** Counts lines by index; `length` is the number of indexes. */
  | { readonly kind: "count"; readonly length: number }
  /** Counts lines by the pair of their indexes in two tables, if the treatments of both indexes differ. */
  | { readonly kind: "compare"; readonly treatments: readonly [Int32Array, Int32Array] };

/** The work that all lanes do. */
export interface LineWork {
  readonly tables: readonly LineTable[];
  readonly task: LineTask;
  readonly wanted: WantedPlaces;
  /** Whether the output names the file of each line, because there are several. */
  readonly namesFiles: boolean;
}

/** A part of the text that one lane reads from beginning to end. */
export type Part =
  /** A whole file, compressed or not. */
  | { readonly kind: "file"; readonly file: string }
  /** The lines of an uncompressed file that begin in [from, to). */
  | {
      readonly kind: "range";
      readonly file: string;
      readonly from: number;
      readonly to: number;
      readonly format: FlowFormat;
    }
  /** Whole lines of a stream, except for its last line. */
  | { readonly kind: "block"; readonly file: string; readonly bytes: Uint8Array; readonly format: FlowFormat };

/** A line without a definite address. */
export interface BadLine {
  /** The number of lines of the part before it. */
  readonly before: number;
  readonly text: string;
  readonly several: boolean;
}

/** The maximum number of example lines for each difference. */
export const EXAMPLES = 3;

/** The lines with one pair of indexes, which two tables treat differently, and the first of these lines. */
export interface Difference {
  readonly pair: number;
  lines: number;
  readonly examples: string[];
}

/** The results of some lines of a part, in order. */
export interface Piece {
  /** The number of lines without headers, and of headers. */
  readonly lines: number;
  readonly headers: number;
  /** The number of bytes of the file that were read for it. */
  readonly bytes: number;
  readonly withoutAddress: number;
  readonly bad: readonly BadLine[];
  /** The output to write. */
  readonly output?: Uint8Array | undefined;
  readonly differences?: readonly Difference[] | undefined;
  /** The format of the file, in its first piece. */
  readonly format?: FlowFormat | undefined;
}

/** What a lane needs from the code that assigns its parts. */
export interface LaneHost {
  /** Takes a piece; waits while too much earlier output is not yet written. */
  emit(piece: Piece): Promise<void>;
  /** The text for each of these indexes. */
  endsOf(indexes: readonly number[]): Promise<readonly string[]>;
  /** Reports the number of lines of the part, and returns the number of lines of its file before it. */
  linesBefore(lines: number): Promise<number>;
}
