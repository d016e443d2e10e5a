// ip-masq-agent version.
import process from "node:process";
import { version as VERSION } from "../../package.json";
import { type Io, printJson } from "./io.ts";
import type { Settings } from "./settings.ts";

export { VERSION };

/** Prints the version and what it runs on. */
export async function version({ json }: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { deno, node } = process.versions as { deno?: string; node: string };
  const runtime = deno ? `Deno ${deno}` : `Node ${node}`;
  if (json) printJson(io, { version: VERSION, runtime });
  else io.print(`ip-masq-agent ${VERSION} (${runtime})`);
  return 0;
}
