// Writes lines without ever waiting for their reader.

/** Writes a text; `done` is called when it is written, or with an error. May also throw. */
export type Write = (text: string, done: (error?: Error | null) => void) => void;

export interface LossyWriter {
  /** Queues a line, newline included; drops it if too much is queued. */
  write(line: string): void;
  /** Resolves when nothing is queued. */
  flushed(): Promise<void>;
}

/** The most text that is queued, in UTF-16 code units. A line at the head of the queue may be longer. */
const MAX_QUEUED = 256 * 1024;

/**
 * @param lostLine makes the line with the number of dropped lines; it is written before the next line
 */
export function lossyWriter(write: Write, lostLine: (count: number) => string): LossyWriter {
  let waiting: string[] = [];
  let size = 0;
  let lost = 0;
  let isBusy = false;
  let waiters: (() => void)[] = [];

  /** Writes all queued lines at once, and then those that have arrived meanwhile. */
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
      // Lines that failed are lost too, except the line that counts lost ones.
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
      if (size > 0 && size + line.length > MAX_QUEUED) {
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
