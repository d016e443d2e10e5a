// Writes lines without ever waiting for whoever reads them.

/** Writes a text; `done` is called when it is written, or with an error. It may throw as well. */
export type Write = (text: string, done: (error?: Error | null) => void) => void;

export interface LossyWriter {
  /** Writes a line, newline included, after those before it; drops it if too much waits to be written. */
  write(line: string): void;
  /** Resolves when nothing waits to be written. */
  flushed(): Promise<void>;
}

/** What may wait to be written, in UTF-16 code units. A line that nothing waits before may be longer. */
const MOST_WAITING = 256 * 1024;

/**
 * @param lostLine the line that says how many were dropped; it comes before the next line that is written
 */
export function lossyWriter(write: Write, lostLine: (count: number) => string): LossyWriter {
  let waiting: string[] = [];
  let size = 0;
  let lost = 0;
  let isBusy = false;
  let waiters: (() => void)[] = [];

  /** Writes all that waits, in one go, and again what has come meanwhile. */
  const next = () => {
    if (waiting.length === 0) {
      isBusy = false;
      for (const done of waiters) done();
      waiters = [];
      return;
    }
    isBusy = true;
    const lines = waiting;
    const before = lost;
    waiting = [];
    const done = (error?: Error | null) => {
      size = waiting.reduce((sum, line) => sum + line.length, 0);
      // What failed is lost as well, but for the line that was to say so.
      if (error) lost += lines.length;
      else lost -= before;
      next();
    };
    try {
      write((before > 0 ? lostLine(before) : "") + lines.join(""), done);
    } catch (error) {
      done(error as Error);
    }
  };

  return {
    write: (line) => {
      if (size > 0 && size + line.length > MOST_WAITING) {
        lost++;
        return;
      }
      waiting.push(line);
      size += line.length;
      if (!isBusy) next();
    },
    flushed: () => (isBusy ? new Promise((done) => waiters.push(done)) : Promise.resolve()),
  };
}
