// Splits a zstd stream into its frames (RFC 8878): `cat *.zst` and parallel compressors produce several. Runtimes decompress
// only one frame, and not all of them detect that it is truncated.
import { ArchiveError, nameOf } from "./errors.ts";

const MAGIC = 0xfd2fb528;

/** The magic numbers of frames without data, except for the last four bits. */
const SKIPPABLE = 0x184d2a5;

/** The sizes of fields in a frame's header, in bytes, by the flags of its descriptor. */
const DICTIONARY_SIZES = [0, 1, 2, 4];
const CONTENT_SIZES = [0, 2, 4, 8];

/** The type of blocks that repeat one byte. */
const REPEATED = 1;

/** Yields the frames of a stream; each must be read to its end before the next one. Throws {@link ArchiveError}. */
export async function* zstdFrames(
  input: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<AsyncGenerator<Uint8Array, void, void>, void, void> {
  const bytes = new ByteReader(input, file);
  while (!(await bytes.isAtEnd())) {
    const magic = await bytes.read(4);
    const number = new DataView(magic.buffer).getUint32(0, true);
    if (number === MAGIC) yield frameFrom(magic, bytes);
    else if (number >>> 4 === SKIPPABLE) {
      let left = new DataView((await bytes.read(4)).buffer).getUint32(0, true);
      for (; left > 0; left -= Math.min(left, STEP)) await bytes.read(Math.min(left, STEP));
    } else throw new ArchiveError(`cannot read ${nameOf(file)}: its compressed data is damaged`);
  }
}

/** The number of bytes that are skipped at once. */
const STEP = 1 << 16;

async function* frameFrom(magic: Uint8Array, bytes: ByteReader): AsyncGenerator<Uint8Array, void, void> {
  const [descriptor = 0] = await bytes.read(1);
  const isSingle = (descriptor & 0x20) !== 0;
  const content = CONTENT_SIZES[descriptor >> 6] || (isSingle ? 1 : 0);
  const rest = (isSingle ? 0 : 1) + (DICTIONARY_SIZES[descriptor & 3] ?? 0) + content;
  yield Buffer.concat([magic, Uint8Array.of(descriptor), await bytes.read(rest)]);
  for (let isLast = false; !isLast; ) {
    const head = await bytes.read(3);
    const number = (head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16);
    isLast = (number & 1) === 1;
    const size = ((number >> 1) & 3) === REPEATED ? 1 : number >> 3;
    yield Buffer.concat([head, await bytes.read(size)]);
  }
  const hasChecksum = (descriptor & 4) !== 0;
  if (hasChecksum) yield await bytes.read(4);
}

/** Reads any number of bytes from pieces of any size. */
class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #file: string;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(input: AsyncIterable<Uint8Array>, file: string) {
    this.#pieces = input[Symbol.asyncIterator]();
    this.#file = file;
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#piece.length === 0) {
      const next = await this.#pieces.next();
      if (next.done) return true;
      this.#piece = next.value;
    }
    return false;
  }

  /** A copy of the next bytes. Throws {@link ArchiveError} if there are fewer. */
  async read(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      if (await this.isAtEnd()) {
        throw new ArchiveError(`cannot read ${nameOf(this.#file)}: its compressed data is truncated`);
      }
      const some = this.#piece.subarray(0, count - filled);
      taken.set(some, filled);
      filled += some.length;
      this.#piece = this.#piece.subarray(some.length);
    }
    return taken;
  }
}
