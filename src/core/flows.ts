// Reads lines of text as a stream, and looks up one address of each line.
// This module is browser-compatible.
import { checkIndex, checkInteger, checkList, checkNumbers, checkObject } from "./arguments.ts";
import { checkPrefixes } from "./check-prefixes.ts";
import { CoreMemoryError, Instance } from "./instance.ts";
import { type AddressPlace, checkPlace, putPlace } from "./places.ts";
import type { PrefixRecords } from "./record.ts";
import { putTable } from "./table.ts";

/** A list of prefixes: the longest one that contains a line's address decides, unless a gate holds back the line. */
export interface LineTable {
  readonly prefixes: PrefixRecords;
  readonly gate?: LineGate | undefined;
}

/**
 * Holds back lines by a second address, their source. If the gate applies to a line and its source does not pass, the line gets
 * the index `prefixes.length`, or `prefixes.length + 1` if its first address is IPv6. If it has no source of the same family,
 * the result is not known, and it gets its index plus `prefixes.length + 2`.
 */
export interface LineGate {
  /** For each index of the prefixes, 1 if the gate applies to lines with it. */
  readonly applies: Uint8Array;
  /** The longest of these that contains the source decides whether it passes. Together they must contain every address. */
  readonly sources: PrefixRecords;
  /** For each index of `sources`, 1 if such a source passes. */
  readonly passes: Uint8Array;
}

export interface LineReaderOptions {
  readonly place?: AddressPlace;
  /** Where the source of a line is; if undefined, gates know no sources. */
  readonly source?: AddressPlace;
  /** Lines to copy: for each index that the first table and its gate can give, 1 if its lines are wanted. */
  readonly wanted?: Uint8Array;
  /** The initial size of the buffer in bytes; a longer line makes it grow. */
  readonly chunk?: number;
}

/** Some consecutive lines. Valid until the next call of the reader. */
export interface LineBatch {
  readonly count: number;
  /** For each table, for each line: the index of the longest prefix that contains the address; -1 for none. */
  readonly indexes: readonly Int32Array[];
  /** The address as written in the line; empty if there is none. */
  address(line: number): string;
  /** A line without its line end. */
  text(line: number): string;
}

/** The size of a line in bytes (layout in assembly/flows.ts), the offset of its family, and the lines that fit in a near cache. */
const LINE = 32;
const FAMILY = 16;
const BATCH = 4096;

/** Room for loads and stores of 16 bytes that begin at the last byte. */
const SLACK = 32;

/** The byte order mark in UTF-8. */
const MARK = [0xef, 0xbb, 0xbf];

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** One character per byte, so that offsets in the bytes are offsets in the text. */
const byteDecoder = new TextDecoder("latin1");

/** A table in the core's memory, and where the indexes of a batch are written. */
interface PlacedTable {
  readonly at: number;
  readonly length: number;
  readonly indexes: number;
  readonly gate: (LineGate & { readonly at: number }) | undefined;
}

/** Throws unless the value is a table whose parts have the sizes that it needs. */
function checkTable(table: LineTable, what: string): void {
  checkObject(table, what, "an object with prefixes");
  const { prefixes, gate } = table;
  checkPrefixes(prefixes, `${what}.prefixes`);
  if (gate === undefined) return;
  checkObject(gate, `${what}.gate`, "an object with applies, sources and passes");
  checkPrefixes(gate.sources, `${what}.gate.sources`);
  checkNumbers(gate.applies, Uint8Array, `${what}.gate.applies`, { least: prefixes.length });
  checkNumbers(gate.passes, Uint8Array, `${what}.gate.passes`, { least: gate.sources.length });
}

/** The number of indexes that lines can get from a table. */
function indexCountOf(table: LineTable | undefined): number {
  if (!table) return 0;
  const { length } = table.prefixes;
  return table.gate ? 2 * length + 2 : length;
}

/**
 * Reads text in chunks of any size and looks up the address of each line in one or more lists of prefixes. Memory use depends
 * only on the lists and on the longest line.
 *
 * @example
 * ```ts
 * const reader = new LineReader([{ prefixes: parsePrefixes(["10.0.0.0/8"]).records }]);
 * const text = new TextEncoder().encode("10.1.2.3 a\n192.0.2.1 b\n");
 * reader.room().set(text);
 * reader.filled(text.length);
 * const batch = reader.next();
 * [...batch.indexes[0]]; // [0, -1]
 * batch.text(1); // "192.0.2.1 b"
 * ```
 */
export class LineReader {
  readonly #instance = new Instance();
  readonly #tables: readonly PlacedTable[];
  readonly #lines: number;
  /** The addresses of the places that were used so far, by their JSON. */
  readonly #places = new Map<string, number>();
  #place = 0;
  /** Where sources and their indexes are written; undefined if they are not needed. */
  readonly #sources: { readonly lines: number; readonly indexes: number } | undefined;
  #sourcePlace: number | undefined;
  readonly #wanted: { readonly at: number; readonly flags: Uint8Array } | undefined;

  // | text, `size` bytes; those from `from` to `end` are still to be read | copies, the same size |
  #size: number;
  #text: number;
  #from: number;
  #end: number;
  #copies: number;
  #copied: number;
  /** Whether there may be a whole line. Avoids searching a long line that arrives in small pieces from its beginning each time. */
  #whole = false;
  /** Whether a line has been read. */
  #begun = false;
  /** Whether the text ended without a newline and one was added. */
  #borrowed = false;

  /**
   * Throws `RangeError` for a record of an invalid text or with host bits, `TypeError` or `RangeError` for other invalid
   * arguments, and {@link CoreMemoryError} if the lists do not fit.
   */
  constructor(tables: readonly LineTable[], options: LineReaderOptions = {}) {
    checkObject(options, "the options", "an object");
    const { place = "first", source, wanted, chunk = 1 << 18 } = options;
    checkList(tables, "the tables", "objects with prefixes");
    for (const [i, table] of tables.entries()) checkTable(table, `tables[${i}]`);
    if (wanted !== undefined) checkNumbers(wanted, Uint8Array, "wanted", { least: indexCountOf(tables[0]) });
    checkInteger(chunk, "chunk", { least: 1 });
    const instance = this.#instance;
    // The tables come first, because each replaces its records.
    const placed = tables.map(({ prefixes, gate }) => ({
      at: putTable(instance, prefixes, "longest").at,
      length: prefixes.length,
      gate: gate && { ...gate, at: putTable(instance, gate.sources, "longest").at },
    }));
    this.#tables = placed.map((table) => ({ ...table, indexes: instance.alloc(BATCH * 4) }));
    this.#lines = instance.alloc(BATCH * LINE);
    const gated = tables.some(({ gate }) => gate);
    this.#sources = gated ? { lines: instance.alloc(BATCH * LINE), indexes: instance.alloc(BATCH * 4) } : undefined;
    this.#wanted = wanted && { at: instance.put(wanted), flags: wanted };
    this.#size = chunk;
    this.#text = this.#from = this.#end = instance.alloc(chunk + SLACK);
    this.#copies = this.#copied = instance.alloc(chunk + SLACK);
    this.begin({ place, source });
  }

  /** Begins another text, whose addresses may be in other places. Discards the rest of the previous text. */
  begin(places: { place?: AddressPlace; source?: AddressPlace | undefined } = {}): void {
    checkObject(places, "the places", "an object");
    const { place = "first", source } = places;
    checkPlace(place, "place");
    if (source !== undefined) checkPlace(source, "source");
    this.#place = this.#placed(place);
    this.#sourcePlace = source && this.#placed(source);
    this.#from = this.#end = this.#text;
    this.#copied = this.#copies;
    this.#whole = this.#begun = this.#borrowed = false;
  }

  #placed(place: AddressPlace): number {
    const name = JSON.stringify(place);
    const at = this.#places.get(name) ?? putPlace(this.#instance, place);
    this.#places.set(name, at);
    return at;
  }

  /**
   * The buffer for the text's next bytes. Call {@link copied} first, because the copies may be overwritten.
   * Throws {@link CoreMemoryError} if a line does not fit.
   */
  room(): Uint8Array<ArrayBuffer> {
    const left = this.#end - this.#from;
    let text = this.#text;
    if (left >= this.#size) {
      try {
        text = this.#instance.alloc(2 * this.#size + SLACK);
        this.#copies = this.#copied = this.#instance.alloc(2 * this.#size + SLACK);
      } catch (error) {
        if (!(error instanceof CoreMemoryError)) throw error;
        throw new CoreMemoryError(`a line of more than ${left} bytes does not fit`);
      }
      this.#size *= 2;
    }
    // Moves the beginning of the incomplete line to the front.
    this.#instance.bytes(0, this.#instance.length).copyWithin(text, this.#from, this.#end);
    this.#text = this.#from = text;
    this.#end = text + left;
    return this.#instance.bytes(this.#end, this.#size - left);
  }

  /** Reports how many bytes were written there; 0 means that the text has ended. */
  filled(count: number): void {
    checkInteger(count, "the count", { most: this.#text + this.#size - this.#end });
    // A byte order mark alone is not a line: some editors write it to an empty file.
    if (count === 0 && !this.#begun && this.#end - this.#from === MARK.length) {
      if (this.#instance.bytes(this.#from, MARK.length).every((byte, i) => byte === MARK[i])) this.#from = this.#end;
    }
    if (count > 0) {
      this.#whole ||= this.#instance.bytes(this.#end, count).includes(0x0a);
      this.#end += count;
    } else if (this.#from < this.#end) {
      this.#instance.bytes(this.#end, 1)[0] = 0x0a;
      this.#end++;
      this.#whole = this.#borrowed = true;
    }
  }

  /** The next lines of the text so far; undefined if none is complete. */
  next(): LineBatch | undefined {
    if (!this.#whole) return undefined;
    const instance = this.#instance;
    const { call } = instance;
    const from = this.#from;
    const scan = (place: number, lines: number) => call.scanLines(from, this.#end, place, lines, BATCH);
    const count = scan(this.#place, this.#lines);
    if (count === 0) {
      this.#whole = false;
      return undefined;
    }
    this.#begun = true;
    const words = instance.words(this.#lines, (count * LINE) / 4);
    const endOf = (line: number) => (line < 0 ? from : (words[line * 8 + 7] ?? 0));
    this.#from = endOf(count - 1);
    // Scans the same lines again for their second address.
    if (this.#sources && this.#sourcePlace !== undefined) scan(this.#sourcePlace, this.#sources.lines);
    const indexes = this.#tables.map((table) => {
      call.lookupRecords(table.at, this.#lines, LINE, count, table.indexes);
      const found = instance.ints(table.indexes, count);
      this.#holdBack(table, found);
      return found;
    });
    this.#copy(from, count, indexes[0]);
    let bytes: string | undefined;
    return {
      count,
      indexes,
      address: (line) => {
        checkIndex(line, count, "the line");
        bytes ??= byteDecoder.decode(instance.bytes(from, this.#from - from));
        const at = (words[line * 8 + 6] ?? 0) - from;
        const isThere = ((words[line * 8 + 4] ?? 0) & 0xff) !== 0;
        return isThere ? bytes.slice(at, at + (words[line * 8 + 5] ?? 0)) : "";
      },
      text: (line) => {
        checkIndex(line, count, "the line");
        const at = endOf(line - 1);
        return decoder.decode(instance.bytes(at, endOf(line) - 1 - at)).replace(/\r$/, "");
      },
    };
  }

  /** Replaces the indexes of lines that the table's gate holds back or cannot decide about. */
  #holdBack({ gate, length }: PlacedTable, found: Int32Array): void {
    const source = this.#sources;
    if (!gate || !source) return;
    if (this.#sourcePlace === undefined) {
      for (let i = 0; i < found.length; i++) {
        const index = found[i] as number;
        if (index >= 0 && gate.applies[index] === 1) found[i] = length + 2 + index;
      }
      return;
    }
    const instance = this.#instance;
    instance.call.lookupRecords(gate.at, source.lines, LINE, found.length, source.indexes);
    const sources = instance.ints(source.indexes, found.length);
    const lines = instance.view(this.#lines, found.length * LINE);
    const sourceLines = instance.view(source.lines, found.length * LINE);
    for (let i = 0; i < found.length; i++) {
      const index = found[i] as number;
      if (index < 0 || gate.applies[index] !== 1) continue;
      const from = sources[i] as number;
      const family = lines.getUint8(i * LINE + FAMILY);
      // A source of the other family cannot belong to this packet.
      if (from < 0 || sourceLines.getUint8(i * LINE + FAMILY) !== family) found[i] = length + 2 + index;
      else if (gate.passes[from] !== 1) found[i] = length + (family === 6 ? 1 : 0);
    }
  }

  #copy(from: number, count: number, indexes: Int32Array | undefined): void {
    const wanted = this.#wanted;
    const table = this.#tables[0];
    if (!wanted || !table || !indexes) return;
    const { call } = this.#instance;
    this.#copied = call.copyLines(this.#lines, count, from, table.indexes, wanted.at, this.#copied) >>> 0;
    // The added newline is not copied.
    const isLast = this.#borrowed && this.#from === this.#end;
    if (isLast && wanted.flags[indexes[count - 1] ?? -1] === 1) this.#copied--;
  }

  /** The wanted lines since the last call, byte for byte. Valid until the next call of the reader. */
  copied(): Uint8Array<ArrayBuffer> {
    const length = this.#copied - this.#copies;
    this.#copied = this.#copies;
    return this.#instance.bytes(this.#copies, length);
  }
}
