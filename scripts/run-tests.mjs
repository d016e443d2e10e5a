// @ts-check
// node scripts/run-tests.mjs BUNDLE…: runs bundled tests one after the other in this process.
import { resolve } from "node:path";
import { run } from "uvu/run";

await run(
  process.argv.slice(2).map((file) => ({ name: file.replace(/^build\/(.*)mjs$/, "$1ts"), file: resolve(file) })),
);
