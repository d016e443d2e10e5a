// The addresses of this node.

/** An address of one of this node's interfaces. */
export interface InterfaceAddress {
  readonly name: string;
  readonly address: string;
}

/** All addresses of all interfaces; undefined if they cannot be read, as on Deno without --allow-sys=networkInterfaces. */
export async function interfaceAddresses(): Promise<readonly InterfaceAddress[] | undefined> {
  try {
    // Loaded here: few configs need it.
    const { networkInterfaces } = await import("node:os");
    return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
      (list ?? []).map(({ address }) => ({ name, address })),
    );
  } catch {
    return undefined;
  }
}

/** The same without the interfaces. */
export async function nodeAddresses(): Promise<readonly string[] | undefined> {
  return (await interfaceAddresses())?.map(({ address }) => address);
}
