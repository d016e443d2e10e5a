// Detects the compression of a file by its first bytes, and decompresses it.
import process from "node:process";
import type { Readable } from "node:stream";
import { ArchiveError, nameOf } from "./errors.ts";
import { zstdFrames } from "./zstd-frames.ts";

export type Compression = "none" | "gzip" | "zstd";

/** Formats that are not supported, with their first bytes and a command that converts them to text. */
const UNREAD: readonly (readonly [name: string, magic: readonly number[], remedy: string])[] = [
  ["bzip2", [0x42, 0x5a, 0x68], "bzip2 -dc"],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz -dc"],
  ["lz4", [0x04, 0x22, 0x4d, 0x18], "lz4 -dc"],
  ["a zip archive", [0x50, 0x4b, 0x03, 0x04], "unzip -p"],
  ["Parquet", [0x50, 0x41, 0x52, 0x31], "duckdb -csv -c 'FROM read_parquet(\"/dev/stdin\")' <"],
];

const begins = (head: Uint8Array, magic: readonly number[]) => magic.every((byte, i) => head[i] === byte);

/** Throws {@link ArchiveError} for a format that is not supported. */
export function compressionOf(head: Uint8Array, file: string): Compression {
  if (begins(head, [0x1f, 0x8b])) return "gzip";
  if (begins(head, [0x28, 0xb5, 0x2f, 0xfd])) return "zstd";
  // pzstd begins with a frame without data.
  if (begins(head.subarray(1), [0x2a, 0x4d, 0x18]) && (head[0] ?? 0) >> 4 === 5) return "zstd";
  const [name, , remedy] = UNREAD.find(([, magic]) => begins(head, magic)) ?? [];
  if (name === undefined) return "none";
  throw new ArchiveError(
    `cannot read ${nameOf(file)}: it is ${name}; only text, gzip and zstd are supported: ${remedy} FILE | ip-masq-agent …`,
  );
}

/** The size of output chunks, in bytes. */
const CHUNK = 1 << 18;

type Decompressor = NodeJS.ReadWriteStream & Readable;

/** The additions of newer releases of node:zlib. */
interface ZstdFactory {
  createZstdDecompress?(options: object): Decompressor;
}

/** Decompresses a stream. Throws {@link ArchiveError} if this runtime does not support it. */
export async function* decompress(
  input: Readable,
  compression: "gzip" | "zstd",
  file: string,
): AsyncGenerator<Uint8Array, void, void> {
  const { default: zlib } = await import("node:zlib");
  const options = { chunkSize: CHUNK, highWaterMark: 4 * CHUNK };
  if (compression === "gzip") {
    yield* piped(input, zlib.createGunzip(options));
    return;
  }
  const { createZstdDecompress } = zlib as ZstdFactory;
  if (!createZstdDecompress) {
    throw new ArchiveError(
      `cannot read ${nameOf(file)}: it is compressed with zstd, which Node ${process.versions.node} does not support (22.15, 23.8 and later do, and Deno): zstd -dc FILE | ip-masq-agent …`,
    );
  }
  const { Readable } = await import("node:stream");
  for await (const frame of zstdFrames(input, file)) {
    yield* piped(Readable.from(frame, { objectMode: false }), createZstdDecompress(options));
  }
}

async function* piped(input: Readable, output: Decompressor): AsyncGenerator<Uint8Array, void, void> {
  input.on("error", (error) => output.destroy(error));
  output.on("close", () => input.destroy());
  yield* input.pipe(output) as AsyncIterable<Uint8Array>;
}
