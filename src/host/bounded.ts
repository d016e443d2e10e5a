// What a tool prints, kept within bounds.

/** Collects the pieces of a stream. */
export interface Collector {
  /** Takes the next piece; returns false once there is more than the limit. */
  add(chunk: Uint8Array): boolean;
  /** What was kept, in one piece. */
  bytes(): Uint8Array;
}

/** Keeps everything up to `limit` bytes, and nothing of more. */
export function collectUpTo(limit: number): Collector {
  let chunks: Uint8Array[] = [];
  let length = 0;
  return {
    add: (chunk) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else chunks = [];
      return length <= limit;
    },
    bytes: () => join(chunks),
  };
}

/**
 * Keeps the first and the last `half` bytes of up to `limit`, with a line between them that says how much is missing: the
 * cause of an error is mostly in one of the two.
 */
export function collectEnds(half: number, limit: number): Collector {
  // Made when there is something to keep: most tools print nothing here.
  let head = new Uint8Array();
  let tail = new Uint8Array();
  let length = 0;
  return {
    add: (chunk) => {
      const first = Math.max(0, Math.min(half - length, chunk.length));
      if (length === 0 && chunk.length > 0) head = new Uint8Array(half);
      if (first > 0) head.set(chunk.subarray(0, first), length);
      if (length + chunk.length > half && tail.length === 0) tail = new Uint8Array(half);
      // The tail is a ring: byte n of the stream is at n modulo its length.
      for (let i = Math.max(first, chunk.length - half); i < chunk.length; i++) {
        tail[(length + i - half) % half] = chunk[i] ?? 0;
      }
      length += chunk.length;
      return length <= limit;
    },
    bytes: () => {
      if (length <= half) return head.slice(0, length);
      const rest = length - half;
      if (rest <= half) return join([head, tail.subarray(0, rest)]);
      const begin = rest % half;
      const gap = new TextEncoder().encode(`\n… ${rest - half} bytes left out …\n`);
      return join([head, gap, tail.subarray(begin), tail.subarray(0, begin)]);
    },
  };
}

/** Lines of a tool's output that a message shows from each end, and characters of each line. */
const SHOWN_LINES = 10;
const SHOWN_CHARACTERS = 500;

/** A tool's output as a message quotes it: at most {@link SHOWN_LINES} lines from each end, long ones cut. */
export function excerpt(text: string): string {
  const lines = text.split("\n");
  const cut = (line: string) => (line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line);
  if (lines.length <= 2 * SHOWN_LINES) return lines.map(cut).join("\n");
  const left = lines.length - 2 * SHOWN_LINES;
  return [
    ...lines.slice(0, SHOWN_LINES).map(cut),
    `… ${left} lines left out …`,
    ...lines.slice(-SHOWN_LINES).map(cut),
  ].join("\n");
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
