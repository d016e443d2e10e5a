// The addresses of this node.
/** All addresses of all interfaces; undefined if they cannot be read, as on Deno without --allow-sys=networkInterfaces. */
export async function nodeAddresses(): Promise<readonly string[] | undefined> {
  try {
    // Loaded here: few configs need it.
    const { networkInterfaces } = await import("node:os");
    return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  } catch {
    return undefined;
  }
}
