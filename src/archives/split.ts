// Splits sources into the parts that lanes read: ranges of large files, whole files, and blocks of streams.
import type { FlowFormat, WantedPlaces } from "../flows/index.ts";
import { compressionOf } from "./compression.ts";
import { readError } from "./errors.ts";
import { headOf, withFile } from "./parts.ts";
import { type Recognized, recognize } from "./recognized.ts";
import type { Source } from "./sources.ts";
import { blocksOf } from "./stream.ts";
import type { Part } from "./work.ts";

/** The size of a range of a large file, in bytes. */
const RANGE = 2 << 20;

/** A part, and the number of lines of its file above it; undefined if it continues the previous part. */
export interface NextPart {
  readonly part: Part;
  readonly linesAbove: number | undefined;
}

/** All parts of the sources, in order. `recognized` is called with the format of each source, except files that are one part. */
export async function* partsOf(
  sources: readonly Source[],
  wanted: WantedPlaces,
  recognized: (format: FlowFormat) => void,
): AsyncGenerator<NextPart, void, void> {
  for (const { file, size } of sources) {
    if (size === undefined) {
      let isFirst = true;
      for await (const { bytes, format, headers } of blocksOf(file, wanted)) {
        if (isFirst) recognized(format);
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
    recognized(format);
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
