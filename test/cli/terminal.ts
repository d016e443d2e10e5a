// A shell in a terminal that tests type into.
import { spawn } from "node:child_process";
import { type Callback, type Context, test } from "uvu";

/** A test that needs the shells; it is skipped, and counted as skipped, if they are not available. */
export function shellTest(name: string, callback: Callback<Context>): void {
  (process.env.NO_SHELLS ? test.skip : test)(name, callback);
}

export interface Terminal {
  /** Types text, and returns the shell's output up to a match. */
  type(keys: string, until: RegExp): Promise<string>;
  close(): void;
}

/** Starts a command in its own terminal. */
export function openTerminal(command: string, env: Record<string, string>, cwd: string): Terminal {
  const child = spawn("script", ["-qfec", command, "/dev/null"], {
    cwd,
    env: { ...process.env, TERM: "dumb", ...env },
  });
  let output = "";
  let wake = () => {};
  child.stdout.on("data", (data) => {
    output += data;
    wake();
  });
  return {
    async type(keys, until) {
      child.stdin.write(keys);
      const deadline = Date.now() + 20_000;
      for (;;) {
        const match = until.exec(output);
        if (match) {
          output = output.slice(match.index + match[0].length);
          return match[1] ?? "";
        }
        if (Date.now() > deadline) throw new Error(`no ${until} in ${JSON.stringify(output)}`);
        await new Promise<void>((done) => {
          const timer = setTimeout(done, 1_000);
          wake = () => {
            clearTimeout(timer);
            done();
          };
        });
      }
    },
    close: () => {
      child.stdin.destroy();
      child.kill();
    },
  };
}
