// The addresses of this node.
import type { NetworkInterfaceInfo } from "node:os";

/** An address of an interface. */
export interface LocalAddress {
  readonly address: string;
  /** The address with the length of its network, `192.0.2.1/24`. */
  readonly cidr: string;
  /** Is it the first of its family on its interface, which masquerading mostly uses? */
  readonly primary: boolean;
}

/** All addresses of all interfaces; undefined if they cannot be read, as on Deno without --allow-sys=networkInterfaces. */
export async function nodeAddresses(): Promise<readonly string[] | undefined> {
  return (await localAddresses())?.map(({ address }) => address);
}

/** The same with what is known of each. */
export async function localAddresses(): Promise<readonly LocalAddress[] | undefined> {
  try {
    // Loaded here: few configs need it.
    const { networkInterfaces } = await import("node:os");
    return Object.values(networkInterfaces()).flatMap((list) => describe(list ?? []));
  } catch {
    return undefined;
  }
}

function describe(list: readonly NetworkInterfaceInfo[]): LocalAddress[] {
  return list.map(({ address, cidr, family }, i) => ({
    address,
    cidr: cidr ?? `${address}/${family === "IPv6" ? 128 : 32}`,
    primary: list.findIndex((one) => one.family === family) === i,
  }));
}
