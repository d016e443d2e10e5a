// The results of an unfinished part: a lane adds them, and they are taken out in the order of parts.
import type { LaneHost, Part, Piece } from "./work.ts";

/** The maximum number of bytes that wait to be written, of all parts but the first. At the limit, their lanes wait. */
const BUDGET = 32 << 20;

/** The bytes that wait to be written, and the lanes that wait for them to be. */
export class Backlog {
  #bytes = 0;
  #waiting: (() => void)[] = [];

  add(bytes: number): void {
    this.#bytes += bytes;
    if (bytes < 0) this.wake();
  }

  isFull(): boolean {
    return this.#bytes >= BUDGET;
  }

  wait(): Promise<void> {
    return new Promise((done) => this.#waiting.push(done));
  }

  wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** The lanes' results are no longer needed: there was an error, or the reader of the output is gone. */
export class Stopped extends Error {
  override name = "Stopped";
}

const sizeOf = ({ output }: Piece) => output?.length ?? 0;

/** For numbered output: the number of lines of the file before and after a part. */
export interface Numbering {
  readonly before: Promise<number>;
  count(lines: number): void;
  readonly after: Promise<number>;
}

export function createNumbering(before: Promise<number>): Numbering {
  let count = (_: number) => {};
  const counted = new Promise<number>((done) => {
    count = done;
  });
  return { before, count, after: Promise.all([before, counted]).then(([a, b]) => a + b) };
}

export interface SlotOptions {
  readonly linesAbove: number | undefined;
  readonly endOf: (index: number) => string;
  readonly backlog: Backlog;
  readonly numbers: Numbering | undefined;
}

export class Slot implements LaneHost {
  readonly part: Part;
  /** The number of lines of its file above it; undefined if it continues the previous slot. */
  readonly linesAbove: number | undefined;
  readonly #endOf: (index: number) => string;
  readonly #backlog: Backlog;
  readonly #numbers: Numbering | undefined;
  readonly #pieces: Piece[] = [];
  #isFirst = false;
  #isStopped = false;
  #ended: { readonly error?: unknown } | undefined;
  #wake = () => {};

  constructor(part: Part, { linesAbove, endOf, backlog, numbers }: SlotOptions) {
    this.part = part;
    this.linesAbove = linesAbove;
    this.#endOf = endOf;
    this.#backlog = backlog;
    this.#numbers = numbers;
  }

  async emit(piece: Piece): Promise<void> {
    this.#pieces.push(piece);
    this.#backlog.add(sizeOf(piece));
    this.#wake();
    while (!this.#isFirst && !this.#isStopped && this.#backlog.isFull()) await this.#backlog.wait();
    if (this.#isStopped) throw new Stopped();
  }

  endsOf(indexes: readonly number[]): Promise<readonly string[]> {
    return Promise.resolve(indexes.map(this.#endOf));
  }

  linesBefore(lines: number): Promise<number> {
    this.#numbers?.count(lines);
    return this.#numbers?.before ?? Promise.resolve(0);
  }

  end(error?: unknown): void {
    this.#ended = { error };
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#backlog.wake();
  }

  /** Its pieces, as they arrive, once all parts before it are finished. Throws the error of its lane. */
  async *pieces(): AsyncGenerator<Piece, void, void> {
    this.#isFirst = true;
    this.#backlog.wake();
    for (;;) {
      for (let piece = this.#pieces.shift(); piece; piece = this.#pieces.shift()) {
        this.#backlog.add(-sizeOf(piece));
        yield piece;
      }
      if (this.#ended) break;
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
    if (this.#ended.error !== undefined) throw this.#ended.error;
  }
}
