// The order in which the kernel calls the base chains of one hook.
// This module is browser-compatible.
import type { BaseChain } from "./model.ts";

/**
 * Groups chains in the order of their calls as far as it is known. Smaller priorities are called first. Among chains with the
 * same priority, the kernel calls the most recently registered one first (net/netfilter/core.c, nf_hook_entries_grow: a new
 * hook goes before those of its priority). Handles give the order within a table, but not across tables:
 * the numbers of tables show which was created first, not when a chain was registered.
 */
export function orderChains(chains: readonly BaseChain[]): readonly (readonly BaseChain[])[] {
  const priorities = [...new Set(chains.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) => {
    const equal = chains.filter((chain) => chain.priority === priority);
    const [order = [], another] = possibleOrders(equal, 2);
    return another ? [equal] : order.map((chain) => [chain]);
  });
}

/** Whether a chain is certainly called before another one of the same priority. */
function isBefore(a: BaseChain, b: BaseChain): boolean {
  const sameTable = a.tool === b.tool && a.family === b.family && a.table === b.table;
  return sameTable && a.handle !== undefined && b.handle !== undefined && a.handle > b.handle;
}

/** The orders in which the kernel may call chains of one priority, up to `limit` of them. */
export function possibleOrders(chains: readonly BaseChain[], limit: number): readonly (readonly BaseChain[])[] {
  const orders: (readonly BaseChain[])[] = [];
  const extend = (order: readonly BaseChain[], left: readonly BaseChain[]): void => {
    if (orders.length >= limit) return;
    if (left.length === 0) orders.push(order);
    for (const next of left) {
      const rest = left.filter((chain) => chain !== next);
      if (!rest.some((other) => isBefore(other, next))) extend([...order, next], rest);
    }
  };
  extend([], chains);
  return orders;
}
