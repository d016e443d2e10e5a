// Instantiates the WASM core, and moves data in and out of it. No other file does either.
// This module is browser-compatible.
import { instantiateSync } from "@assemblyscript/loader";
import bytes from "../../dist/core.wasm";
import { ReportedError } from "../errors/index.ts";
import type { Steps } from "./steps.ts";

/** The exports of assembly/index.ts. Pointers and lengths are in bytes; 0 or -1 if a result does not fit in memory. */
interface CoreExports extends Record<string, unknown> {
  readonly memory: { readonly buffer: ArrayBuffer };
  reset(): void;
  alloc(size: number): number;
  release(at: number): void;
  parsePrefixes(text: number, ends: number, count: number, want: number, out: number): void;
  formatPrefixes(records: number, count: number, text: number, ends: number): void;
  formatLines(records: number, count: number, text: number): number;
  beginList(records: number): void;
  readList(text: number, length: number, isLast: 0 | 1): number;
  entryCount(): number;
  flawedCount(): number;
  ipv6Count(): number;
  aggregate(records: number, count: number, results: number, parts: number, fates: number): number;
  findUnusable(records: number, count: number): number;
  findCovers(records: number, count: number, out: number): number;
  sortPrefixes(records: number, count: number, out: number): number;
  buildTable(records: number, count: number, byFirst: number): number;
  lookupIPv4(table: number, addresses: number, stride: number, count: number, out: number): void;
  lookupIPv6(table: number, addresses: number, count: number, out: number): void;
  lookupRecords(table: number, records: number, stride: number, count: number, out: number): void;
  segmentsOf(records: number, count: number, family: 4 | 6, byFirst: 0 | 1): number;
  foundSegments(): number;
  diffSegments(
    a: number,
    aCount: number,
    aClasses: number,
    b: number,
    bCount: number,
    bClasses: number,
    out: number,
  ): number;
  scanLines(at: number, end: number, place: number, lines: number, max: number): number;
  copyLines(lines: number, count: number, at: number, values: number, wanted: number, out: number): number;
  beginScan(name: number, nameLength: number, word: number): void;
  scan(text: number, length: number, offset: number, isLast: 0 | 1): number;
  scanFound(): number;
  scanFindings(): number;
  scannedNat(): number;
  scannedRules(): number;
  scannedBalance(): number;
  diffLines(text: number, ends: number, fromCount: number, toCount: number): number;
  editList(): number;
}

/** The work does not fit in the memory that one core instance may use (1 GiB). Its `code` is `out-of-memory`. */
export class CoreMemoryError extends ReportedError {
  constructor(message: string) {
    super(message, { code: "out-of-memory" });
  }
}

/** Lines or entries to pass to the core: their concatenated UTF-8 bytes, and where each ends. */
export interface PackedTexts {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Packs texts for the core. Lone surrogates become U+FFFD, which no operation of the core accepts. */
export function packTexts(texts: readonly string[]): PackedTexts {
  const whole = encoder.encode(texts.join(""));
  const ends = new Uint32Array(texts.length);
  let length = 0;
  for (let i = 0; i < texts.length; i++) ends[i] = length += texts[i]?.length ?? 0;
  // With as many bytes as code units, all text is ASCII, and the length of each text is its size in bytes.
  return whole.length === length ? { bytes: whole, ends } : packEach(texts);
}

/** {@link packTexts} in steps, each of which packs some of the texts. */
export function* packTextsInSteps(texts: readonly string[]): Steps<PackedTexts> {
  const parts: PackedTexts[] = [];
  for (let at = 0; at < texts.length; at += PACKED) {
    if (at > 0) yield;
    parts.push(packTexts(texts.slice(at, at + PACKED)));
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  const ends = new Uint32Array(texts.length);
  let [at, length] = [0, 0];
  for (const part of parts) {
    bytes.set(part.bytes, length);
    for (const end of part.ends) ends[at++] = length + end;
    length += part.bytes.length;
  }
  return { bytes, ends };
}

/** The number of texts that {@link packTextsInSteps} packs between two pauses. */
const PACKED = 4_000;

/** The same one by one, which takes ten times longer for a list of many short texts. */
function packEach(texts: readonly string[]): PackedTexts {
  const parts = texts.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  const ends = new Uint32Array(parts.length);
  let at = 0;
  for (const [i, part] of parts.entries()) {
    bytes.set(part, at);
    at += part.length;
    ends[i] = at;
  }
  return { bytes, ends };
}

/** One core with its own memory, and methods that move data in and out of it. */
export class Instance {
  #exports: CoreExports | undefined;

  /** The core's functions. The core is compiled on first use, because commands without prefixes do not need it. */
  get call(): CoreExports {
    module ??= new WebAssembly.Module(bytes);
    this.#exports ??= instantiateSync<CoreExports>(module).exports;
    return this.#exports;
  }

  /** Allocates `size` bytes until the next `reset`. Throws {@link CoreMemoryError} if there is no room. */
  alloc(size: number): number {
    const at = size < 2 ** 31 ? this.call.alloc(size) >>> 0 : 0;
    if (at === 0) throw new CoreMemoryError(`the core cannot allocate ${size} more bytes`);
    return at;
  }

  /** Runs `work`, returns its result and frees the memory that it allocated. */
  scratch<T>(work: () => T): T {
    const mark = this.alloc(0);
    const result = work();
    this.call.release(mark);
    return result;
  }

  /** Copies bytes into new memory, and returns their address. */
  put(data: Uint8Array | Uint32Array | Int32Array | BigUint64Array): number {
    const at = this.alloc(data.byteLength);
    this.overwrite(at, data);
    return at;
  }

  /** Copies bytes into allocated memory. */
  overwrite(
    at: number,
    { buffer, byteOffset, byteLength }: Uint8Array | Uint32Array | Int32Array | BigUint64Array,
  ): void {
    this.bytes(at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** A view of `length` bytes, valid until the memory grows. */
  bytes(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.call.memory.buffer, at, length);
  }

  /** The size of the memory in bytes. */
  get length(): number {
    return this.call.memory.buffer.byteLength;
  }

  /** A view of `length` unsigned 32-bit numbers, valid until the memory grows. */
  words(at: number, length: number): Uint32Array {
    return new Uint32Array(this.call.memory.buffer, at, length);
  }

  /** A view of `length` signed 32-bit numbers, valid until the memory grows. */
  ints(at: number, length: number): Int32Array {
    return new Int32Array(this.call.memory.buffer, at, length);
  }

  /** Copies text into new memory as UTF-8; returns its address and its size in bytes. */
  putText(text: string): { at: number; length: number } {
    const data = encoder.encode(text);
    return { at: this.put(data), length: data.length };
  }

  /** A `DataView` of `length` bytes, valid until the memory grows. */
  view(at: number, length: number): DataView {
    return new DataView(this.call.memory.buffer, at, length);
  }

  /** A copy of `length` bytes. */
  take(at: number, length: number): Uint8Array {
    return this.bytes(at, length).slice();
  }

  /** A copy of `length` signed 32-bit numbers. */
  takeInts(at: number, length: number): Int32Array {
    return this.ints(at, length).slice();
  }

  /** The UTF-8 text of `length` bytes. */
  takeText(at: number, length: number): string {
    return decoder.decode(this.bytes(at, length));
  }
}

let module: WebAssembly.Module | undefined;

/** The instance for calls that keep no data; each begins with `reset`. Data that must stay needs its own instance. */
export const shared = new Instance();
