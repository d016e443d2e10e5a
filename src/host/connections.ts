// Accepts connections from clients, with a listener for each runtime.
import type { Address } from "./address.ts";
import type { Connection, Listening } from "./connection.ts";
import { listenOnDeno } from "./connections-deno.ts";
import { listenOnNode } from "./connections-node.ts";

/**
 * Listens; rejects if it cannot. On Deno it uses Deno's own listener: with `node:net`, each connection of a flood allocates
 * one 64 KiB buffer after another, 30 MB in total instead of 10.
 */
export function listen(address: Address, accept: (connection: Connection) => void): Promise<Listening> {
  return (listenOnDeno ?? listenOnNode)(address, accept);
}
