// Serves metrics and health. If the port is in use it tries again: a failure must not stop the agent from maintaining rules.
import { type Address, formatAddress, type Served, serve } from "../host/index.ts";
import type { Log } from "./log.ts";
import { type Reconciler, reconcile } from "./reconcile.ts";

/** Milliseconds between two attempts to listen. */
const RETRY_MS = 60_000;

/** Listens from the first `trigger` until it is stopped. */
export function serveEndpoint(address: Address, pages: Parameters<typeof serve>[1], log: Log): Reconciler {
  let served: Served | undefined;
  let isLogged = false;
  const attempt = async () => {
    try {
      served ??= await serve(address, pages);
      if (log.over("listen") || !isLogged) log.event("info", `serving metrics and health on ${formatAddress(address)}`);
      isLogged = true;
      return true;
    } catch (error) {
      const why = `cannot serve metrics on ${formatAddress(address)}: ${(error as Error).message}`;
      log.state("listen", "error", `${why}; trying again`);
      return false;
    }
  };
  const listener = reconcile(attempt, () => RETRY_MS);
  return {
    ...listener,
    stop: async () => {
      await listener.stop();
      served?.close();
    },
  };
}
