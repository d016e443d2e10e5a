// Recognizes the format of a file by its first bytes, and finds where its flows begin.
import { type FlowFormat, recognizeFlows, type WantedPlaces } from "../flows/index.ts";
import { ArchiveError, nameOf } from "./errors.ts";

/** The number of bytes by which a format is recognized. */
export const SAMPLE = 1 << 16;

export interface Recognized {
  readonly format: FlowFormat;
  /** The lines and bytes up to the end of the header. */
  readonly headers: number;
  readonly begin: number;
}

const decoder = new TextDecoder();

/** Throws {@link ArchiveError} if it is ambiguous which address is the destination, and for UTF-16. */
export function recognize(sample: Uint8Array, wanted: WantedPlaces, file: string): Recognized {
  refuseUtf16(sample, file);
  const found = recognizeFlows(decoder.decode(sample.subarray(0, SAMPLE)), wanted);
  if (!found.ok) throw new ArchiveError(`${nameOf(file)}: ${found.why}; ${found.remedy}`);
  const { format } = found;
  let headers = 0;
  let begin = 0;
  if (format.header !== undefined) {
    // There may be empty lines and comments before it.
    for (let line = ""; line !== format.header && begin < sample.length; headers++) {
      const newline = sample.indexOf(0x0a, begin);
      const end = newline < 0 ? sample.length : newline + 1;
      line = decoder.decode(sample.subarray(begin, end)).replace(/\r?\n$/, "");
      begin = end;
    }
  }
  return { format, headers, begin };
}

/** Rejects UTF-16, which PowerShell writes: every ASCII character has a zero byte. */
function refuseUtf16(sample: Uint8Array, file: string): void {
  const [first, second] = sample;
  const isMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (!isMark || !sample.includes(0)) return;
  throw new ArchiveError(
    `${nameOf(file)} is UTF-16 text; only UTF-8 is supported. Convert it: iconv -f UTF-16 -t UTF-8 FILE | ip-masq-agent …`,
  );
}
