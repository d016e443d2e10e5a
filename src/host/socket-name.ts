// Names that only one process at a time can hold in a network namespace.
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";

/** Holds a name until it is closed or its process ends. */
export type Held = Server;

/** The number of connections to a name before it is released; the agent itself makes none. */
const MAX_CONNECTIONS = 100;

/** The length of an abstract address with its leading NUL (unix(7), sun_path). */
const ADDRESS_BYTES = 108;

/** The name of the socket, which /proc/net/unix shows with a leading @. */
export function socketName(name: string): string {
  return `ip-masq-agent/${name}`;
}

/** A name that a process of this network namespace holds. */
export interface HeldName {
  readonly name: string;
  /** The socket's inode number. */
  readonly inode: string;
}

/** The held names with this prefix; empty if the list of sockets cannot be read, as on Deno. */
export function heldNames(prefix: string): readonly HeldName[] {
  try {
    return readHeldNames(readFileSync("/proc/net/unix", "utf8"), prefix);
  } catch {
    return [];
  }
}

/** Reads them from the text of /proc/net/unix, in which each NUL is shown as @. */
export function readHeldNames(sockets: string, prefix: string): readonly HeldName[] {
  const socketPrefix = socketName(prefix);
  return sockets.split("\n").flatMap((line): HeldName[] => {
    // "0000000000000000: 00000002 00000000 00010000 0001 01 42714 @ip-masq-agent/chain/X@@@" (proc_pid_net(5)). Sockets
    // of accepted connections have the same name; only the listening one has this flag (__SO_ACCEPTCON).
    const [, inode = "", shown = ""] = /^\S+ \S+ \S+ 00010000 \S+ \S+ +(\d+) @(\S+)$/.exec(line) ?? [];
    const name = shown.replace(/@+$/, "");
    return name.startsWith(socketPrefix) ? [{ name: prefix + name.slice(socketPrefix.length), inode }] : [];
  });
}

/**
 * Takes a name: a socket in the kernel's abstract namespace (unix(7)), which belongs to the network namespace as the rules
 * do. `taken`: another process holds it; `impossible`: such sockets do not exist or are not permitted (Deno without
 * --allow-net).
 *
 * @param disturbed called when the name has been released because of too many connections: closing them takes time, and a
 * runtime cannot listen without accepting. Without this callback the name is kept whatever the cost.
 */
export function takeName(name: string, disturbed?: () => void): Promise<Held | "taken" | "impossible"> {
  return new Promise((resolve) => {
    let connections = 0;
    const server = createServer((socket) => {
      socket.destroy();
      if (!disturbed || ++connections !== MAX_CONNECTIONS) return;
      server.close();
      disturbed();
    });
    server.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE" ? "taken" : "impossible"));
    try {
      // Padded with NULs, so that the name is the same everywhere: libuv before 1.48 (Node 20) pads every name; later
      // versions and Deno do not.
      server.listen(`\0${socketName(name)}`.padEnd(ADDRESS_BYTES, "\0"), () => resolve(server.unref()));
    } catch {
      resolve("impossible");
    }
  });
}
