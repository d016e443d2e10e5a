// The format of a file by its first bytes, and where its flows begin.
import { type FlowFormat, recognizeFlows, type WantedPlaces } from "../flows/index.ts";
import { ArchiveError, nameOf } from "./errors.ts";

/** Bytes that a format is recognized by. */
export const SAMPLE = 1 << 16;

export interface Recognized {
  readonly format: FlowFormat;
  /** Lines and bytes up to the end of the header. */
  readonly headers: number;
  readonly begin: number;
}

const decoder = new TextDecoder();

/** Throws {@link ArchiveError} if it is not certain which address is the destination, and for UTF-16. */
export function recognize(sample: Uint8Array, wanted: WantedPlaces, file: string): Recognized {
  refuseUtf16(sample, file);
  const found = recognizeFlows(decoder.decode(sample.subarray(0, SAMPLE)), wanted);
  if (!found.ok) throw new ArchiveError(`${nameOf(file)}: ${found.why}; ${found.remedy}`);
  const { format } = found;
  let headers = 0;
  let begin = 0;
  if (format.header !== undefined) {
    // Empty lines may stand before it.
    for (let line = ""; line.trim() === "" && begin < sample.length; headers++) {
      const newline = sample.indexOf(0x0a, begin);
      const end = newline < 0 ? sample.length : newline + 1;
      line = decoder.decode(sample.subarray(begin, end));
      begin = end;
    }
  }
  return { format, headers, begin };
}

/** As PowerShell writes it: between any two characters of ASCII is a zero. */
function refuseUtf16(sample: Uint8Array, file: string): void {
  const [first, second] = sample;
  const isMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (!isMark || !sample.includes(0)) return;
  throw new ArchiveError(
    `${nameOf(file)} is UTF-16 text, and UTF-8 is read; convert it: iconv -f UTF-16 -t UTF-8 FILE | ip-masq-agent …`,
  );
}
