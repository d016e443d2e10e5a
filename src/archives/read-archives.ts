// Assigns the parts of all files to lanes, and merges the results in the order of lines.
import { availableParallelism } from "node:os";
import type { FlowFormat, WantedPlaces } from "../flows/index.ts";
import { compressionOf } from "./compression.ts";
import { readError } from "./errors.ts";
import { type Lane, ownLane, threadLane } from "./lanes.ts";
import { headOf, isNumbered, withFile } from "./parts.ts";
import { type Recognized, recognize } from "./recognized.ts";
import { Backlog, createNumbering, type Numbering, Slot } from "./slot.ts";
import { type Source, sourcesOf } from "./sources.ts";
import { blocksOf } from "./stream.ts";
import { type BadLine, type Difference, EXAMPLES, type LineWork, type Part, type Piece } from "./work.ts";

/** The size of a range of a large file, in bytes. */
const RANGE = 2 << 20;

/** The number of bytes from which threads are worth starting. */
const THREADED = 16 << 20;

/** The maximum number of lanes: beyond it, reading and writing are the bottleneck. */
const MAX_LANES = 32;

/** The maximum number of unfinished parts for each lane. */
const SLOTS_A_LANE = 4;

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

export interface ArchiveUse {
  readonly work: Omit<LineWork, "namesFiles">;
  /** The text for an index, for the task `format`. */
  readonly endOf: (index: number) => string;
  /** Writes output; reading pauses until it is done. */
  readonly write: (output: Uint8Array) => Promise<void>;
  /** Called for the first few lines of each part without a definite address; `number` is the line's number in its file. */
  readonly bad: (line: BadLine & { readonly file: string | undefined; readonly number: number }) => void;
  /** Called with the format of each file. */
  readonly recognized: (format: FlowFormat) => void;
  readonly progress: ArchiveProgress;
}

/**
 * Reads all lines of files, of all files in folders, and of streams (`-` is standard input), in order, and does the work for
 * each line. Uses bounded memory regardless of their size. Throws {@link ArchiveError} and the errors of `write`.
 */
export async function readArchives(words: readonly string[], use: ArchiveUse): Promise<ArchiveTotals> {
  const sources = sourcesOf(words.length > 0 ? words : ["-"]);
  use.progress.total = totalOf(sources);
  const work: LineWork = { ...use.work, namesFiles: sources.length > 1 };
  const reading = new Reading(sources, work, use);
  try {
    return await reading.all();
  } finally {
    reading.close();
  }
}

const totalOf = (sources: readonly Source[]): number | undefined =>
  sources.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );

class Reading {
  readonly #sources: readonly Source[];
  readonly #work: LineWork;
  readonly #use: ArchiveUse;
  readonly #lanes: Lane[];
  readonly #idle: Lane[];
  #maxLanes = Math.min(availableParallelism(), MAX_LANES);
  readonly #backlog = new Backlog();
  /** Unfinished parts, in order. */
  readonly #slots: Slot[] = [];
  /** Whether all parts have been assigned, or an error ended it. */
  #isDone = false;
  #isStopped = false;
  #failure: unknown;
  /** Wakes those that wait for parts, lanes or free slots. */
  #changed: (() => void)[] = [];

  constructor(sources: readonly Source[], work: LineWork, use: ArchiveUse) {
    this.#sources = sources;
    this.#work = work;
    this.#use = use;
    this.#lanes = [ownLane(work)];
    this.#idle = [...this.#lanes];
  }

  async all(): Promise<ArchiveTotals> {
    void this.#assignParts();
    const merged = new Merged(this.#use, this.#work);
    for (;;) {
      const [slot] = this.#slots;
      if (slot) {
        for await (const piece of slot.pieces()) await merged.take(slot, piece);
        this.#slots.shift();
        this.#wake();
      } else if (this.#isDone) break;
      else await this.#change();
    }
    if (this.#failure !== undefined) throw this.#failure;
    return merged.totals(await Promise.all(this.#lanes.map((lane) => lane.counts())));
  }

  close(): void {
    this.#isStopped = true;
    for (const slot of this.#slots) slot.stop();
    for (const lane of this.#lanes) lane.close();
    this.#wake();
  }

  #change(): Promise<void> {
    return new Promise((done) => this.#changed.push(done));
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }

  /** Assigns each part to a lane as lanes become free. An error is thrown only after the parts before it are finished. */
  async #assignParts(): Promise<void> {
    let numbers: { file: string; after: Promise<number> } | undefined;
    let assigned = this.#use.progress.total ?? 0;
    try {
      for await (const { part, linesAbove } of partsOf(this.#sources, this.#work.wanted, this.#use)) {
        if (part.kind === "block") assigned += part.bytes.length;
        const lane = await this.#freeLane(assigned >= THREADED);
        if (!lane) return;
        let numbering: Numbering | undefined;
        if (isNumbered(this.#work) && part.kind !== "file") {
          const isNext = numbers?.file === part.file && linesAbove === undefined;
          numbering = createNumbering(isNext && numbers ? numbers.after : Promise.resolve(linesAbove ?? 0));
          numbers = { file: part.file, after: numbering.after };
        }
        const slot = new Slot(part, { linesAbove, endOf: this.#use.endOf, backlog: this.#backlog, numbers: numbering });
        this.#slots.push(slot);
        this.#wake();
        void this.#judge(lane, slot);
      }
    } catch (error) {
      this.#failure = error;
    }
    this.#isDone = true;
    this.#wake();
  }

  async #judge(lane: Lane, slot: Slot): Promise<void> {
    try {
      await lane.judge(slot.part, slot);
      slot.end();
    } catch (error) {
      slot.end(error);
    }
    this.#idle.push(lane);
    this.#wake();
  }

  /** Waits for a free lane, or starts another if that is worth it; undefined if it is no longer needed. */
  async #freeLane(isWorthIt: boolean): Promise<Lane | undefined> {
    for (;;) {
      if (this.#isStopped) return undefined;
      if (this.#slots.length < SLOTS_A_LANE * this.#maxLanes) {
        const lane = this.#idle.pop();
        if (lane) return lane;
        if (isWorthIt && this.#lanes.length < this.#maxLanes) {
          try {
            const more = await threadLane(this.#work);
            this.#lanes.push(more);
            return more;
          } catch {
            // For example, Deno lacks the permission.
            this.#maxLanes = this.#lanes.length;
          }
          continue;
        }
      }
      await this.#change();
    }
  }
}

/** A part, and the number of lines of its file above it; undefined if it continues the previous part. */
interface NextPart {
  readonly part: Part;
  readonly linesAbove: number | undefined;
}

async function* partsOf(
  sources: readonly Source[],
  wanted: WantedPlaces,
  use: ArchiveUse,
): AsyncGenerator<NextPart, void, void> {
  for (const { file, size } of sources) {
    if (size === undefined) {
      let isFirst = true;
      for await (const { bytes, format, headers } of blocksOf(file, wanted)) {
        if (isFirst) use.recognized(format);
        yield { part: { kind: "block", file, bytes, format }, linesAbove: isFirst ? headers : undefined };
        isFirst = false;
      }
      continue;
    }
    const begun = size > RANGE ? await beginningOf(file, wanted) : undefined;
    if (!begun) {
      // A piece reports its header.
      yield { part: { kind: "file", file }, linesAbove: 0 };
      continue;
    }
    const { format, headers, begin } = begun;
    use.recognized(format);
    for (let from = begin; from < size; ) {
      // The last range reads to the end of the file, which may have grown.
      const to = from + RANGE < size ? from + RANGE : Number.POSITIVE_INFINITY;
      yield { part: { kind: "range", file, from, to, format }, linesAbove: from === begin ? headers : undefined };
      from = to;
    }
  }
}

/** The format of a file and where its flows begin; undefined if it is compressed and so has to be read as one part. */
async function beginningOf(file: string, wanted: WantedPlaces): Promise<Recognized | undefined> {
  try {
    return await withFile(file, async (from) => {
      const head = headOf(from);
      return compressionOf(head, file) === "none" ? recognize(head, wanted, file) : undefined;
    });
  } catch (error) {
    throw readError(file, error);
  }
}

/** The results of all parts so far. */
class Merged {
  readonly #use: ArchiveUse;
  readonly #work: LineWork;
  readonly #differences = new Map<number, Difference>();
  #slot: Slot | undefined;
  #lines = 0;
  #withoutAddress = 0;
  /** The lines of the file before the part, and of the part before the piece. */
  #before = 0;
  #within = 0;

  constructor(use: ArchiveUse, work: LineWork) {
    this.#use = use;
    this.#work = work;
  }

  async take(slot: Slot, piece: Piece): Promise<void> {
    if (slot !== this.#slot) {
      this.#before = slot.linesAbove ?? this.#before + this.#within;
      this.#within = 0;
      this.#slot = slot;
    }
    const { progress, bad, write, recognized } = this.#use;
    if (piece.format) {
      recognized(piece.format);
      this.#before += piece.headers;
    } else this.#within += piece.lines + piece.headers;
    if (piece.output) await write(piece.output);
    const file = this.#work.namesFiles ? slot.part.file : undefined;
    for (const line of piece.bad) bad({ ...line, file, number: this.#before + line.before + 1 });
    for (const difference of piece.differences ?? []) this.#add(difference);
    this.#lines += piece.lines;
    this.#withoutAddress += piece.withoutAddress;
    progress.lines = this.#lines;
    progress.bytes += piece.bytes;
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
