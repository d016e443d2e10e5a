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

/** The size of a read buffer in bytes. */
const READ_BYTES = 4096;

/** How long to wait after a connection could not be accepted, for example because no file descriptor is free. */
const ACCEPT_RETRY_MS = 100;

/**
 * Errors of accept(2) that concern a single connection, which its client has already abandoned: the next one can be accepted
 * at once. Deno queries the peer of each connection, hence ENOTCONN.
 */
const ABANDONED = new Set([
  "ENOTCONN",
  "ECONNABORTED",
  "ECONNRESET",
  "EPROTO",
  "ENETDOWN",
  "ENETUNREACH",
  "EHOSTUNREACH",
]);

/** All addresses of both families, or only of IPv4 if the kernel has no IPv6. */
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

/** Listens on the first of the hosts for which that succeeds. */
function listenOnFirst(listen: DenoListen, [hostname = "", ...others]: readonly string[], port: number): DenoListener {
  try {
    return listen({ hostname, port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (others.length > 0 && code !== "EADDRINUSE" && code !== "EACCES") return listenOnFirst(listen, others, port);
    throw Object.assign(new Error(code === undefined ? message : `listen ${code}: ${message}`), { code });
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
      const isAbandoned = ABANDONED.has((error as NodeJS.ErrnoException).code ?? "");
      if (listening.isOpen && !isAbandoned) await new Promise((done) => setTimeout(done, ACCEPT_RETRY_MS));
    }
  }
}

/** Unused buffers. A new one for each connection would be garbage that is collected late. */
const freeBuffers: Uint8Array[] = [];

function connectionOf(socket: DenoConnection): Connection {
  return {
    read: async () => {
      const buffer = freeBuffers.pop() ?? new Uint8Array(READ_BYTES);
      try {
        const count = await socket.read(buffer);
        return count === null ? undefined : buffer.slice(0, count);
      } catch {
        return undefined;
      } finally {
        freeBuffers.push(buffer);
      }
    },
    send: async (head, body) => {
      try {
        for (const bytes of [new TextEncoder().encode(head), body]) {
          for (let at = 0; at < bytes.length; ) at += await socket.write(bytes.subarray(at));
        }
        await socket.closeWrite();
      } catch {
        // The client has gone; the next read returns undefined.
      }
    },
    close: () => {
      try {
        socket.close();
      } catch {
        // Already closed.
      }
    },
  };
}
