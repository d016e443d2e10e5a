// What is to be done with lines, and what comes of it: plain data, which threads can be sent.
import type { LineTable } from "../core/index.ts";
import type { FlowFormat, WantedPlaces } from "../flows/index.ts";

/** What becomes of each line. Indexes are those of a `LineTable`; -1: the line has no address. */
export type LineTask =
  /** Lines whose index has a 1 are written out as they are. */
  | { readonly kind: "copy"; readonly wanted: Uint8Array }
  /** Each line is written as its address and what is said of its index, for a person or as an object. */
  | { readonly kind: "format"; readonly as: "text" | "json" | "yaml" }
  /** Lines are counted by index, of which there are so many. */
  | { readonly kind: "count"; readonly length: number }
  /** Lines are counted by the pair of their indexes in two tables, unless both are treated equally: their numbers say so. */
  | { readonly kind: "compare"; readonly treatments: readonly [Int32Array, Int32Array] };

/** What all lanes do. */
export interface LineWork {
  readonly tables: readonly LineTable[];
  readonly task: LineTask;
  readonly wanted: WantedPlaces;
  /** Are lines told by their file too, because there are several? */
  readonly namesFiles: boolean;
}

/** Some of the text, which one lane reads from its beginning to its end. */
export type Part =
  /** All of a file, whatever it holds. */
  | { readonly kind: "file"; readonly file: string }
  /** The lines of a file that begin in [from, to), which is not compressed. */
  | {
      readonly kind: "range";
      readonly file: string;
      readonly from: number;
      readonly to: number;
      readonly format: FlowFormat;
    }
  /** Whole lines of a stream, but for its last one. */
  | { readonly kind: "block"; readonly file: string; readonly bytes: Uint8Array; readonly format: FlowFormat };

/** A line that has no certain address. */
export interface BadLine {
  /** Lines of the part before it. */
  readonly before: number;
  readonly text: string;
  readonly several: boolean;
}

/** Lines of each difference that are told. */
export const EXAMPLES = 3;

/** Lines that two tables treat differently, by the pair of their indexes, and the first of them. */
export interface Difference {
  readonly pair: number;
  lines: number;
  readonly examples: string[];
}

/** What comes of some lines of a part, in their order. */
export interface Piece {
  /** Lines, and besides them lines that name columns. */
  readonly lines: number;
  readonly headers: number;
  /** Bytes of the file that were read for it. */
  readonly bytes: number;
  readonly withoutAddress: number;
  readonly bad: readonly BadLine[];
  /** What is to be written out. */
  readonly output?: Uint8Array | undefined;
  readonly differences?: readonly Difference[] | undefined;
  /** Of the first piece of a file: what it is read as. */
  readonly format?: FlowFormat | undefined;
}

/** What a lane asks of the one that hands out parts. */
export interface LaneHost {
  /** Takes a piece; waits while too much of what stands before it is not yet written. */
  emit(piece: Piece): Promise<void>;
  /** What is said of each of these indexes. */
  endsOf(indexes: readonly number[]): Promise<readonly string[]>;
  /** Reports how many lines the part has, and learns how many lines of its file stand before it. */
  linesBefore(lines: number): Promise<number>;
}
