// ip-masq-agent version: prints the version.
import process from "node:process";
import { version as VERSION } from "../../package.json";
import { type Io, printData } from "./io.ts";
import type { Settings } from "./settings.ts";

const { deno, node } = process.versions as { deno?: string; node: string };

/** `Node 20.20.2`, `Deno 2.9.5`. */
export const RUNTIME = deno ? `Deno ${deno}` : `Node ${node}`;

export { VERSION };

/** Prints the version of the program and of its runtime. */
export async function version({ json }: Settings, _words: readonly string[], io: Io): Promise<number> {
  if (json) printData(io, { version: VERSION, runtime: RUNTIME });
  else io.print(`ip-masq-agent ${VERSION} (${RUNTIME})`);
  return 0;
}
