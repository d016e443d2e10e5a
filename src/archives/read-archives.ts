// Assigns the parts of all files to lanes, as many at once as there are processors.
import { availableParallelism } from "node:os";
import { type Lane, ownLane, threadLane } from "./lanes.ts";
import { type ArchiveOutput, type ArchiveTotals, Merged } from "./merged.ts";
import { isNumbered } from "./parts.ts";
import { Backlog, createNumbering, type Numbering, Slot } from "./slot.ts";
import { type Source, sourcesOf } from "./sources.ts";
import { partsOf } from "./split.ts";
import type { LineWork } from "./work.ts";

/** The number of bytes from which threads are worth starting. */
const THREADED = 16 << 20;

/** The maximum number of lanes: beyond it, reading and writing are the bottleneck. */
const MAX_LANES = 32;

/** The maximum number of unfinished parts for each lane. */
const SLOTS_A_LANE = 4;

export interface ArchiveUse extends ArchiveOutput {
  readonly work: Omit<LineWork, "namesFiles">;
  /** The text for an index, for the task `format`. */
  readonly endOf: (index: number) => string;
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
    const merged = new Merged(this.#use, this.#work.namesFiles);
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
    merged.endFile();
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
      for await (const { part, linesAbove } of partsOf(this.#sources, this.#work.wanted, this.#use.recognized)) {
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
