// @ts-check
// A process that runs during a measurement.
import { spawn } from "node:child_process";
import { inside } from "../demo/network.mjs";

/**
 * Starts a process in a namespace and calls `line` for each line that it prints on either stream.
 * @param {string} namespace
 * @param {string[]} command
 * @param {(line: string) => void} [line]
 */
export function start(namespace, command, line = () => {}) {
  const [file, args] = inside(namespace, command);
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.on("data", (data) => {
      const lines = `${rest}${data}`.split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(line);
    });
  }
  const ended = new Promise((done) => child.on("close", done));
  return {
    child,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** @param {number} ms */
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
