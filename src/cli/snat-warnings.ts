// Warnings about the addresses of snat, for commands that read the node.
import type { Config } from "../config/index.ts";
import { nodeAddresses } from "../host/index.ts";

/** Warns of addresses in snat that the node does not have. */
export async function warnOfAddresses(config: Config, warn: (message: string) => void): Promise<void> {
  const local = config.snat.length > 0 ? await nodeAddresses() : undefined;
  if (!local) return;
  // Few configs have snat.
  const { missingAddresses } = await import("../policy/index.ts");
  for (const { message, origin } of missingAddresses(config, local)) {
    warn(origin ? `${origin.file}:${origin.line}:${origin.column}: ${message}` : message);
  }
}
