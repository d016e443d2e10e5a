// Counts the work of a function, so that its growth can be tested without a clock.
import { Session } from "node:inspector";

type Coverage = { result: { url: string; functions: { ranges: { count: number }[] }[] }[] };

/**
 * Calls `use` with a function that returns how many blocks of code some work executes, plus how many characters it passes over in
 * searches of strings, which are not code. The code to count must not have run before: V8 counts the blocks of a function only if
 * it compiles the function after this call.
 */
export function countingWork<T>(use: (count: (work: () => void) => number) => T): T {
  const session = new Session();
  session.connect();
  // These calls are answered before they return.
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const takeBlocks = () => {
    let blocks = 0;
    session.post("Profiler.takePreciseCoverage", (_: Error | null, { result }: Coverage) => {
      const own = result.filter(({ url }) => !url.startsWith("node:"));
      for (const { count } of own.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges)))
        blocks += count;
    });
    return blocks;
  };
  try {
    return use((work) => {
      takeBlocks();
      const searched = countSearched(work);
      return takeBlocks() + searched;
    });
  } finally {
    session.disconnect();
  }
}

/** How many characters are passed over by searches of strings and regular expressions during some work. */
function countSearched(work: () => void): number {
  let searched = 0;
  const { indexOf, split } = String.prototype;
  const { exec } = RegExp.prototype;
  String.prototype.indexOf = function (this: string, text, from = 0) {
    const found = indexOf.call(this, text, from);
    searched += Math.max(0, (found < 0 ? this.length : found) - from);
    return found;
  };
  String.prototype.split = function (this: string, ...options: [separator: string | RegExp, limit?: number]) {
    searched += this.length;
    return split.apply(this, options as never);
  } as typeof split;
  // All methods that take a regular expression call it.
  RegExp.prototype.exec = function (this: RegExp, text) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = exec.call(this, text);
    const end = found ? found.index + found[0].length : this.sticky ? from : text.length;
    searched += Math.max(0, end - from);
    return found;
  };
  try {
    work();
  } finally {
    Object.assign(String.prototype, { indexOf, split });
    Object.assign(RegExp.prototype, { exec });
  }
  return searched;
}
