// Names that one process at a time can hold in a network namespace.
import { createServer, type Server } from "node:net";

/** What holds a name, until it is closed or its process ends. */
export type Held = Server;

/** The name that the kernel shows for it, in /proc/net/unix with an @ before it. */
export function socketName(name: string): string {
  return `ip-masq-agent/${name}`;
}

/**
 * Takes a name: a socket in the kernel's abstract namespace (unix(7)), which belongs to the network namespace as the rules
 * do. `taken`: another process holds it; `impossible`: there are no such sockets, or none is allowed (Deno without
 * --allow-net).
 */
export function takeName(name: string): Promise<Held | "taken" | "impossible"> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE" ? "taken" : "impossible"));
    try {
      server.listen(`\0${socketName(name)}`, () => resolve(server.unref()));
    } catch {
      resolve("impossible");
    }
  });
}
