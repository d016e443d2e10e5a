// @ts-check
// The sizes of the shipped files.
import { statSync } from "node:fs";
import { printTable, verdict } from "./figures.mjs";

/** KiB. */
const TARGETS = { "dist/core.wasm": 32, "dist/ip-masq-agent.mjs": 600 };

export async function printSize() {
  console.log("\nWhat is shipped, KiB");
  printTable([
    ["file", "size", "target"],
    ...Object.entries(TARGETS).map(([file, target]) => {
      const size = statSync(file).size / 1024;
      return [file, size.toFixed(1), verdict(size, target)];
    }),
  ]);
}
