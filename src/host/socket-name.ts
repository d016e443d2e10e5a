// Names that one process at a time can hold in a network namespace.
import { createServer, type Server } from "node:net";

/** What holds a name, until it is closed or its process ends. */
export type Held = Server;

/** Connections to a name that are closed at once; nobody of ours makes any. */
const MAX_CALLERS = 100;

/** Bytes of an abstract address with its leading NUL (unix(7), sun_path). */
const ADDRESS_BYTES = 108;

/** The name that the kernel shows for it, in /proc/net/unix with an @ before it. */
export function socketName(name: string): string {
  return `ip-masq-agent/${name}`;
}

/**
 * Takes a name: a socket in the kernel's abstract namespace (unix(7)), which belongs to the network namespace as the rules
 * do. `taken`: another process holds it; `impossible`: there are no such sockets, or none is allowed (Deno without
 * --allow-net).
 *
 * @param disturbed called when so many connections came that the name was given up: to close them costs time, and a
 * runtime cannot listen without accepting. Without it the name is kept whatever that costs.
 */
export function takeName(name: string, disturbed?: () => void): Promise<Held | "taken" | "impossible"> {
  return new Promise((resolve) => {
    let callers = 0;
    const server = createServer((socket) => {
      socket.destroy();
      if (!disturbed || ++callers !== MAX_CALLERS) return;
      server.close();
      disturbed();
    });
    server.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE" ? "taken" : "impossible"));
    try {
      // Filled up with NULs: libuv before 1.48 (Node 20) does so to every name, later ones and Deno take it as it is, and all
      // of them must mean the same.
      server.listen(`\0${socketName(name)}`.padEnd(ADDRESS_BYTES, "\0"), () => resolve(server.unref()));
    } catch {
      resolve("impossible");
    }
  });
}
