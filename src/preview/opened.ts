// Opens a file in the worker: decompresses it and recognizes its content.
import { azureTuples, isAzureDocument } from "./azure.ts";
import { type Content, recognize } from "./content.ts";
import { gunzip, isGzip } from "./gunzip.ts";

/** The number of bytes by which a file is recognized. */
const SAMPLE = 1 << 16;

/** Configs and rules longer than this would block the page. */
const LONGEST_TEXT = 16 << 20;

export interface Opened {
  /** The size of the decompressed file in bytes. */
  readonly size: number;
  readonly content: Content;
  /** The lines, if it is a log of flows. */
  readonly lines: Uint8Array<ArrayBuffer> | undefined;
}

/** Throws an error with a message for the user if the file cannot be read. */
export async function open(file: Blob): Promise<Opened> {
  // A folder is dropped like a file, and cannot be read.
  const raw = await file.arrayBuffer().catch(() => {
    throw new Error("cannot be read; if it is a folder, drop the files in it");
  });
  const bytes = await unpack(new Uint8Array(raw));
  const content = recognize(decode(bytes.subarray(0, SAMPLE)), () => decode(bytes.subarray(0, LONGEST_TEXT)));
  if (content.kind === "flows") return { size: bytes.length, content, lines: linesOf(bytes) };
  if (content.kind === "unknown" || bytes.length <= LONGEST_TEXT) {
    return { size: bytes.length, content, lines: undefined };
  }
  const why = `it is ${content.name} of more than 16 MiB; drop the part that matters`;
  return { size: bytes.length, content: { kind: "unknown", why }, lines: undefined };
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes)) return bytes;
  try {
    return await gunzip(bytes);
  } catch (error) {
    throw new Error(`cannot be decompressed (${(error as Error).message}); run gunzip and drop the result`);
  }
}

/** The bytes with one flow on each line. */
export function linesOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (!isAzureDocument(decode(bytes.subarray(0, SAMPLE)))) return bytes;
  return new TextEncoder().encode(azureTuples(decode(bytes)));
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
