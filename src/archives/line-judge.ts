// The work of one lane: passes text through a line reader and gathers the results of its lines.
import { printableName } from "../config/index.ts";
import { type LineBatch, LineReader } from "../core/index.ts";
import { addressesIn, type FlowFormat, isHeader } from "../flows/index.ts";
import { ArchiveError } from "./errors.ts";
import { type BadLine, type Difference, EXAMPLES, type LaneHost, type LineWork } from "./work.ts";

/** Widths of the address column: the longest IPv4 and IPv6 addresses. */
const WIDTH = 15;
const WIDE = 39;

/** The maximum number of bad lines reported for a part, and of characters of each; other bad lines are only counted. */
const MAX_REPORTED = 5;
const MAX_SHOWN = 100;

const encoder = new TextEncoder();

/** The results of the lines since the last piece. */
interface Gathered {
  lines: number;
  headers: number;
  withoutAddress: number;
  bad: BadLine[];
  /** Formatted lines. */
  text: string;
}

const nothing = (): Gathered => ({ lines: 0, headers: 0, withoutAddress: 0, bad: [], text: "" });

export class LineJudge {
  readonly #work: LineWork;
  readonly #reader: LineReader;
  /** The texts for the indexes that were needed so far. */
  readonly #ends = new Map<number, string>();
  /** The number of lines for each index, over all parts. */
  readonly counts: Float64Array | undefined;

  constructor(work: LineWork) {
    const { task, tables } = work;
    this.#work = work;
    this.#reader = new LineReader(tables, task.kind === "copy" ? { wanted: task.wanted } : {});
    this.counts = task.kind === "count" ? new Float64Array(task.length) : undefined;
  }

  /** Begins a part that has `before` lines of its file before it. */
  begin(format: FlowFormat, { file, before, host }: { file: string; before: number; host: LaneHost }): PartJudge {
    const { destination, source } = format;
    this.#reader.begin({ place: destination.place, source: source?.place });
    return new PartJudge(this.#work, this.#reader, this.#ends, this.counts, { format, file, before, host });
  }
}

interface PartFacts {
  readonly format: FlowFormat;
  readonly file: string;
  readonly before: number;
  readonly host: LaneHost;
}

/** A part that a lane is judging. */
export class PartJudge {
  readonly #work: LineWork;
  readonly #reader: LineReader;
  readonly #ends: Map<number, string>;
  readonly #counts: Float64Array | undefined;
  readonly #facts: PartFacts;
  /** Lines of this part, of any kind. */
  #seen = 0;
  #reported = 0;
  #gathered = nothing();
  readonly #differences = new Map<number, Difference>();

  constructor(
    work: LineWork,
    reader: LineReader,
    ends: Map<number, string>,
    counts: Float64Array | undefined,
    facts: PartFacts,
  ) {
    this.#work = work;
    this.#reader = reader;
    this.#ends = ends;
    this.#counts = counts;
    this.#facts = facts;
  }

  /** The buffer for the next bytes. */
  room(): Uint8Array<ArrayBuffer> {
    return this.#reader.room();
  }

  /** Judges the lines that `count` more bytes complete, and emits the results; `read` bytes of the file were read for them. */
  async filled(count: number, read: number): Promise<void> {
    this.#reader.filled(count);
    await this.#emit(read, false);
  }

  /** Judges bytes that were read elsewhere. */
  async put(bytes: Uint8Array, read: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const room = this.room();
      const some = bytes.subarray(at, at + room.length);
      room.set(some);
      at += some.length;
      await this.filled(some.length, at < bytes.length ? 0 : read);
    }
  }

  /** Judges the last line, which may have no newline. */
  async end(): Promise<void> {
    this.#reader.filled(0);
    await this.#emit(0, true);
  }

  async #emit(bytes: number, isLast: boolean): Promise<void> {
    for (let batch = this.#reader.next(); batch; batch = this.#reader.next()) {
      const headers = this.#checkBad(batch);
      await this.#take(batch, headers);
      this.#seen += batch.count;
      this.#gathered.lines += batch.count - headers.size;
      this.#gathered.headers += headers.size;
    }
    const { text, ...gathered } = this.#gathered;
    this.#gathered = nothing();
    const output = this.#work.task.kind === "copy" ? this.#reader.copied().slice() : encoder.encode(text);
    const differences = isLast ? [...this.#differences.values()] : undefined;
    await this.#facts.host.emit({ ...gathered, bytes, output: output.length > 0 ? output : undefined, differences });
  }

  /**
   * Counts lines without a definite address, and returns those that are repeated headers. Throws {@link ArchiveError} if one is
   * a header with other columns, because the lines below it would be judged by the wrong column.
   */
  #checkBad({ count, indexes: [indexes], text }: LineBatch): ReadonlySet<number> {
    const headers = new Set<number>();
    const { format, file } = this.#facts;
    for (let i = indexes?.indexOf(-1) ?? -1; indexes && i >= 0 && i < count; i = indexes.indexOf(-1, i + 1)) {
      if (format.header !== undefined) {
        const line = text(i);
        if (line === format.header) {
          headers.add(i);
          continue;
        }
        if (isHeader(line, format)) {
          throw new ArchiveError(
            `${printableName(file)}: a header below the first line has other columns; read files with different columns separately: ${JSON.stringify(line.slice(0, MAX_SHOWN))}`,
          );
        }
      }
      this.#gathered.withoutAddress++;
      if (this.#reported >= MAX_REPORTED) continue;
      this.#reported++;
      const line = text(i);
      const several = this.#isSeveral(line);
      this.#gathered.bad.push({ before: this.#seen + i, text: line.slice(0, MAX_SHOWN), several });
    }
    return headers;
  }

  #isSeveral(line: string): boolean {
    return this.#facts.format.destination.place === "only" && addressesIn(line).length > 1;
  }

  async #take(batch: LineBatch, headers: ReadonlySet<number>): Promise<void> {
    const { task } = this.#work;
    const [indexes] = batch.indexes;
    if (!indexes) return;
    switch (task.kind) {
      case "copy":
        return;
      case "count":
        for (const index of indexes)
          if (index >= 0 && this.#counts) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
        return;
      case "compare":
        this.#compare(batch, task.treatments);
        return;
      case "format":
        await this.#fetchEnds(indexes);
        this.#gathered.text += task.as === "text" ? this.#asText(batch) : this.#asData(batch, headers, task.as);
    }
  }

  async #fetchEnds(indexes: Int32Array): Promise<void> {
    const unknown = new Set<number>();
    for (const index of indexes) if (index >= 0 && !this.#ends.has(index)) unknown.add(index);
    if (unknown.size === 0) return;
    const requested = [...unknown];
    const ends = await this.#facts.host.endsOf(requested);
    for (const [i, index] of requested.entries()) this.#ends.set(index, ends[i] ?? "");
  }

  #asText({ count, indexes: [indexes], address }: LineBatch): string {
    let text = "";
    for (let i = 0; i < count; i++) {
      const index = indexes?.[i] ?? -1;
      if (index < 0) continue;
      const shown = address(i);
      text += shown.padEnd(shown.length > WIDTH ? WIDE : WIDTH) + this.#ends.get(index);
    }
    return text;
  }

  /** Formats lines as objects. Addresses never need to be escaped. */
  #asData(batch: LineBatch, headers: ReadonlySet<number>, as: "json" | "yaml"): string {
    const {
      count,
      indexes: [indexes],
      address,
    } = batch;
    const { before, file } = this.#facts;
    const named = this.#work.namesFiles ? `"file":${JSON.stringify(file)},` : "";
    const begin = `${as === "yaml" ? "- " : ""}{${named}"line":`;
    let text = "";
    for (let i = 0; i < count; i++) {
      if (headers.has(i)) continue;
      const index = indexes?.[i] ?? -1;
      text += `${begin}${before + this.#seen + i + 1},`;
      if (index >= 0) text += `"address":"${address(i)}${this.#ends.get(index)}`;
      else text += `"error":"${this.#isSeveral(batch.text(i)) ? "several addresses" : "no address"}"}\n`;
    }
    return text;
  }

  #compare(
    { count, indexes: [before, after], text }: LineBatch,
    [old, wanted]: readonly [Int32Array, Int32Array],
  ): void {
    for (let i = 0; i < count; i++) {
      const from = before?.[i] ?? -1;
      const to = after?.[i] ?? -1;
      if (from < 0 || to < 0 || old[from] === wanted[to]) continue;
      const pair = from * wanted.length + to;
      let difference = this.#differences.get(pair);
      if (!difference) {
        difference = { pair, lines: 0, examples: [] };
        this.#differences.set(pair, difference);
      }
      difference.lines++;
      if (difference.examples.length < EXAMPLES) difference.examples.push(text(i));
    }
  }
}
