// Tells whether another agent keeps the same chain on this node.
import { createServer, type Server } from "node:net";

export interface Claim {
  /** Claims the chain, or asks again; answers false while another agent holds it. */
  hold(): Promise<boolean>;
  release(): void;
}

/**
 * A claim on a chain: a socket with a name in the kernel's abstract namespace (unix(7)), which belongs to the network
 * namespace as the rules do, and goes with its process. Where there are no such sockets the claim always holds.
 */
export function claimChain(chain: string): Claim {
  let server: Server | undefined;
  return {
    hold: () =>
      new Promise((resolve) => {
        if (server) {
          resolve(true);
          return;
        }
        const candidate = createServer((socket) => socket.destroy());
        candidate.on("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
        try {
          candidate.listen(`\0ip-masq-agent/${chain}`, () => {
            server = candidate.unref();
            resolve(true);
          });
        } catch {
          // Deno without --allow-net.
          resolve(true);
        }
      }),
    release: () => void server?.close(),
  };
}
