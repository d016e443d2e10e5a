// Connections on Deno.
import type { Address } from "./address.ts";
import type { Connection, Listening } from "./connection.ts";

/** The parts of Deno's API that are used (docs.deno.com, Deno.listen). */
interface DenoConnection {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}
interface DenoListener {
  readonly addr: { readonly port: number };
  accept(): Promise<DenoConnection>;
  close(): void;
}
type DenoListen = (options: { hostname: string; port: number }) => DenoListener;

const { Deno: deno } = globalThis as { readonly Deno?: { readonly listen: DenoListen } };

/** Bytes that are read at once. */
const READ = 4096;

/** Milliseconds to wait after a connection could not be accepted, as without a free file descriptor. */
const ACCEPT_RETRY_MS = 100;

/**
 * Errors of accept(2) that are about the one connection, which its client has given up already: the next one may be accepted at
 * once. Deno asks each for its peer, hence ENOTCONN.
 */
const GIVEN_UP = new Set([
  "ENOTCONN",
  "ECONNABORTED",
  "ECONNRESET",
  "EPROTO",
  "ENETDOWN",
  "ENETUNREACH",
  "EHOSTUNREACH",
]);

/** All addresses of both families, or of IPv4 alone if the kernel has no IPv6. */
const ANY = ["::", "0.0.0.0"];

/** Undefined on other runtimes. */
export const listenOnDeno =
  deno &&
  (async ({ host, port }: Address, accept: (connection: Connection) => void): Promise<Listening> => {
    const listener = listenOnFirst(deno.listen, host === undefined ? ANY : [host], port);
    const listening = { isOpen: true };
    acceptAll(listener, accept, listening);
    const close = () => {
      listening.isOpen = false;
      listener.close();
    };
    return { port: listener.addr.port, close };
  });

/** Listens on the first of the hosts that can be listened on. */
function listenOnFirst(listen: DenoListen, [hostname = "", ...others]: readonly string[], port: number): DenoListener {
  try {
    return listen({ hostname, port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (others.length > 0 && code !== "EADDRINUSE" && code !== "EACCES") return listenOnFirst(listen, others, port);
    throw new Error(code === undefined ? message : `listen ${code}: ${message}`);
  }
}

async function acceptAll(
  listener: DenoListener,
  accept: (connection: Connection) => void,
  listening: { readonly isOpen: boolean },
): Promise<void> {
  while (listening.isOpen) {
    try {
      accept(connectionOf(await listener.accept()));
    } catch (error) {
      const isGivenUp = GIVEN_UP.has((error as NodeJS.ErrnoException).code ?? "");
      if (listening.isOpen && !isGivenUp) await new Promise((done) => setTimeout(done, ACCEPT_RETRY_MS));
    }
  }
}

/** Buffers that no read is using. A new one for each connection would be garbage that is collected late. */
const free: Uint8Array[] = [];

function connectionOf(socket: DenoConnection): Connection {
  return {
    read: async () => {
      const buffer = free.pop() ?? new Uint8Array(READ);
      try {
        const count = await socket.read(buffer);
        return count === null ? undefined : buffer.slice(0, count);
      } catch {
        return undefined;
      } finally {
        free.push(buffer);
      }
    },
    send: async (head, body) => {
      try {
        for (const bytes of [new TextEncoder().encode(head), body]) {
          for (let at = 0; at < bytes.length; ) at += await socket.write(bytes.subarray(at));
        }
        await socket.closeWrite();
      } catch {
        // The client has gone; whoever reads next is told so.
      }
    },
    close: () => {
      try {
        socket.close();
      } catch {
        // It is closed already.
      }
    },
  };
}
