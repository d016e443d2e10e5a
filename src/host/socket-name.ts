// Names that one process at a time can hold in a network namespace.
import { readFileSync } from "node:fs";
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

/** A name that a process of this network namespace holds. */
export interface HeldName {
  readonly name: string;
  /** The socket's inode number. */
  readonly inode: string;
}

/** The names that are held and begin so; none if the list of sockets may not be read, as on Deno. */
export function heldNames(begin: string): readonly HeldName[] {
  try {
    return readHeldNames(readFileSync("/proc/net/unix", "utf8"), begin);
  } catch {
    return [];
  }
}

/** The same of the text of /proc/net/unix, where each NUL is an @. */
export function readHeldNames(sockets: string, begin: string): readonly HeldName[] {
  const prefix = socketName(begin);
  return sockets.split("\n").flatMap((line): HeldName[] => {
    // "0000000000000000: 00000002 00000000 00010000 0001 01 42714 @ip-masq-agent/chain/X@@@" (proc_pid_net(5)). A socket that
    // has accepted a connection has the same name; one that listens has this flag (__SO_ACCEPTCON).
    const [, inode = "", shown = ""] = /^\S+ \S+ \S+ 00010000 \S+ \S+ +(\d+) @(\S+)$/.exec(line) ?? [];
    const name = shown.replace(/@+$/, "");
    return name.startsWith(prefix) ? [{ name: begin + name.slice(prefix.length), inode }] : [];
  });
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
