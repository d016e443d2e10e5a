// Merges the results of all parts, in the order of lines.
import type { FlowFormat } from "../flows/index.ts";
import type { Slot } from "./slot.ts";
import { type BadLine, type Difference, EXAMPLES, type Piece } from "./work.ts";

export interface ArchiveTotals {
  readonly lines: number;
  readonly withoutAddress: number;
  /** The number of lines for each index, for the task `count`. */
  readonly counts: Float64Array | undefined;
  /** By pair, for the task `compare`. */
  readonly differences: readonly Difference[];
}

/** The progress so far. */
export interface ArchiveProgress {
  lines: number;
  bytes: number;
  /** The bytes of all files; undefined if one of them is a stream. */
  total: number | undefined;
}

/** Where the results go. */
export interface ArchiveOutput {
  /** Writes output; reading pauses until it is done. */
  readonly write: (output: Uint8Array) => Promise<void>;
  /** Called for the first few lines of each part without a definite address; `number` is the line's number in its file. */
  readonly bad: (line: BadLine & { readonly file: string | undefined; readonly number: number }) => void;
  /** Called with each file that has lines, but none with an address. */
  readonly unmatched: (file: string) => void;
  /** Called with the format of each file. */
  readonly recognized: (format: FlowFormat) => void;
  readonly progress: ArchiveProgress;
}

/** The results of all parts so far. */
export class Merged {
  readonly #output: ArchiveOutput;
  readonly #namesFiles: boolean;
  readonly #differences = new Map<number, Difference>();
  #slot: Slot | undefined;
  #lines = 0;
  #withoutAddress = 0;
  /** The lines of the file before the part, and of the part before the piece. */
  #before = 0;
  #within = 0;
  /** The lines of the file so far, and those of them that have an address. */
  #fileLines = 0;
  #matched = 0;

  constructor(output: ArchiveOutput, namesFiles: boolean) {
    this.#output = output;
    this.#namesFiles = namesFiles;
  }

  async take(slot: Slot, piece: Piece): Promise<void> {
    if (slot !== this.#slot) {
      if (slot.linesAbove !== undefined) this.endFile();
      this.#before = slot.linesAbove ?? this.#before + this.#within;
      this.#within = 0;
      this.#slot = slot;
    }
    const { progress, bad, write, recognized } = this.#output;
    if (piece.format) {
      recognized(piece.format);
      this.#before += piece.headers;
    } else this.#within += piece.lines + piece.headers;
    if (piece.output) await write(piece.output);
    const file = this.#namesFiles ? slot.part.file : undefined;
    for (const line of piece.bad) bad({ ...line, file, number: this.#before + line.before + 1 });
    for (const difference of piece.differences ?? []) this.#add(difference);
    this.#fileLines += piece.lines;
    this.#matched += piece.lines - piece.withoutAddress;
    this.#lines += piece.lines;
    this.#withoutAddress += piece.withoutAddress;
    progress.lines = this.#lines;
    progress.bytes += piece.bytes;
  }

  /** Reports the file if none of its lines has an address. */
  endFile(): void {
    if (this.#slot && this.#fileLines > 0 && this.#matched === 0) this.#output.unmatched(this.#slot.part.file);
    this.#fileLines = this.#matched = 0;
  }

  #add({ pair, lines, examples }: Difference): void {
    const known = this.#differences.get(pair);
    if (!known) {
      this.#differences.set(pair, { pair, lines, examples: [...examples] });
      return;
    }
    known.lines += lines;
    known.examples.push(...examples.slice(0, EXAMPLES - known.examples.length));
  }

  totals(counts: readonly (Float64Array | undefined)[]): ArchiveTotals {
    const [first, ...others] = counts;
    for (const more of others)
      for (let i = 0; first && more && i < more.length; i++) first[i] = (first[i] ?? 0) + (more[i] ?? 0);
    const differences = [...this.#differences.values()];
    return { lines: this.#lines, withoutAddress: this.#withoutAddress, counts: first, differences };
  }
}
