// Streams whose output a test reads.
import { formatJson, type Io, processIo, type Style, withStyle } from "../../src/cli/io.ts";

/** Shared, because each one listens to the errors of the process's streams. */
const PROCESS_IO = processIo();

/** Streams, and a function that returns what was printed to both so far. */
export function capturedIo(style: Partial<Style> = {}): { io: Io; printed: () => string } {
  let text = "";
  const add = (data: string | Uint8Array) => {
    text += data;
  };
  const io = { ...PROCESS_IO, write: add, writeError: add };
  return {
    io: withStyle(io, { colored: false, warnColored: false, format: formatJson, ...style }),
    printed: () => text,
  };
}
