// Collects the output of a tool within bounds.

/** Collects the pieces of a stream. */
export interface Collector {
  /** Adds the next piece; returns false once the limit is exceeded. */
  add(chunk: Uint8Array): boolean;
  /** The bytes that were kept. */
  bytes(): Uint8Array;
}

/** Keeps everything up to `limit` bytes; nothing if there are more. */
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
 * Keeps the first and the last `half` bytes of up to `limit`, with a line between them that gives the number of missing
 * bytes: the cause of an error is usually in one of the two.
 */
export function collectEnds(half: number, limit: number): Collector {
  // Allocated on demand: most tools print nothing to standard error.
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
      const gap = new TextEncoder().encode(`\n… ${rest - half} bytes omitted …\n`);
      return join([head, gap, tail.subarray(begin), tail.subarray(0, begin)]);
    },
  };
}

/** How many lines of a tool's output a message shows from each end, and characters of each line. */
const SHOWN_LINES = 10;
const SHOWN_CHARACTERS = 500;

/** A tool's output for a message: at most {@link SHOWN_LINES} lines from each end, long ones truncated. */
export function excerpt(text: string): string {
  const lines = text.split("\n");
  const cut = (line: string) => (line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line);
  if (lines.length <= 2 * SHOWN_LINES) return lines.map(cut).join("\n");
  const left = lines.length - 2 * SHOWN_LINES;
  return [
    ...lines.slice(0, SHOWN_LINES).map(cut),
    `… ${left} lines omitted …`,
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
