// The addresses of this node.
import { networkInterfaces } from "node:os";

/** All addresses of all interfaces; undefined if they cannot be read, as on Deno without --allow-sys=networkInterfaces. */
export function nodeAddresses(): readonly string[] | undefined {
  try {
    return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  } catch {
    return undefined;
  }
}
