// Connections that clients make to this process: a listener of each runtime.
import type { Address } from "./address.ts";
import type { Connection, Listening } from "./connection.ts";
import { listenOnDeno } from "./connections-deno.ts";
import { listenOnNode } from "./connections-node.ts";

/**
 * Listens; rejects if it cannot. On Deno that is Deno's own listener: with its `node:net`, each connection of a flood takes
 * a buffer of 64 KiB after another, and 30 MB in all where this takes 10.
 */
export function listen(address: Address, accept: (connection: Connection) => void): Promise<Listening> {
  return (listenOnDeno ?? listenOnNode)(address, accept);
}
