// What a stream of lines has in it that is probably not meant, told once.
import type { AddressPlace, LineBatch } from "../core/index.ts";
import type { Io } from "./io.ts";

/** Hints that a stream gives rise to, on standard error; each comes once at most. */
export interface Hints {
  /** Looks at the first bytes of the stream. */
  start(bytes: Uint8Array): void;
  /** Looks at the next lines. */
  lines(batch: LineBatch): void;
}

export function createHints(place: AddressPlace, io: Io): Hints {
  let isUtf16 = false;
  let isFirst = true;
  let seesAddress = false;
  return {
    start: ([first, second]) => {
      isUtf16 ||= (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
    },
    lines: ({ count, indexes: [indexes], text }) => {
      if (!indexes || seesAddress) return;
      const at = indexes.subarray(0, count).findIndex((index) => index >= 0);
      if (at < 0) {
        // As PowerShell writes it: between any two characters is a zero.
        if (isFirst && isUtf16) io.warn("this is UTF-16 text, and UTF-8 is read; convert it: iconv -f UTF-16 -t UTF-8");
      } else {
        seesAddress = true;
        // A line of conntrack -L, whose first address is the source.
        if (place === "first" && /\bdst=/.test(text(at))) {
          io.warn("the first address of each line decides here, the source; if the destination is meant: --key=dst");
        }
      }
      isFirst = false;
    },
  };
}
