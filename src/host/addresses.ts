// The addresses of this node.
import type { NetworkInterfaceInfo } from "node:os";

/** An address of one of this node's interfaces. */
export interface InterfaceAddress {
  readonly name: string;
  readonly address: string;
}

/** An address with further details. */
export interface LocalAddress extends InterfaceAddress {
  /** The address with the prefix length of its network, `192.0.2.1/24`. */
  readonly cidr: string;
  /** Whether it is the first of its family on its interface, which masquerading usually uses. */
  readonly primary: boolean;
}

/** All addresses of all interfaces; undefined if they cannot be read, as on Deno without --allow-sys=networkInterfaces. */
export async function interfaceAddresses(): Promise<readonly LocalAddress[] | undefined> {
  try {
    // Imported here, because few configs need it.
    const { networkInterfaces } = await import("node:os");
    return Object.entries(networkInterfaces()).flatMap(([name, list]) => describe(name, list ?? []));
  } catch {
    return undefined;
  }
}

function describe(name: string, list: readonly NetworkInterfaceInfo[]): LocalAddress[] {
  return list.map(({ address, cidr, family }, i) => ({
    name,
    address,
    cidr: cidr ?? `${address}/${family === "IPv6" ? 128 : 32}`,
    primary: list.findIndex((one) => one.family === family) === i,
  }));
}

/** All addresses, without the interfaces; undefined if they cannot be read. */
export async function nodeAddresses(): Promise<readonly string[] | undefined> {
  return (await interfaceAddresses())?.map(({ address }) => address);
}
