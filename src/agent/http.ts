// /metrics, /healthz and /readyz.
import { isIPv6 } from "node:net";

/** Where to listen: no host means all addresses. */
export interface Address {
  readonly host: string | undefined;
  readonly port: number;
}

/** Reads `:9410`, `127.0.0.1:9410` or `[::1]:9410`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535 || (match[1] !== undefined && !isIPv6(match[1]))) return undefined;
  return { host: match[1] ?? (match[2] || undefined), port };
}

/** A page: its status, its text, and its type where that is not plain text. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

/** The address cannot be listened on. */
export class ListenError extends Error {
  override name = "ListenError";
}

/** Serves pages by path to GET and HEAD. Resolves when it listens, to what stops it; rejects with {@link ListenError} where it cannot. */
export async function serve(
  address: Address,
  pages: Readonly<Record<string, () => Page | Promise<Page>>>,
): Promise<() => void> {
  // Loaded here: the commands that serve nothing start sooner without it.
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    const reply = ({ status, text, type = "text/plain; charset=utf-8" }: Page) => {
      response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
      response.end(request.method === "HEAD" ? "" : text);
    };
    const path = (request.url ?? "").split("?")[0] ?? "";
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (!page) reply({ status: 404, text: `there is ${Object.keys(pages).join(", ")}\n` });
    else if (request.method !== "GET" && request.method !== "HEAD") reply({ status: 405, text: "GET only\n" });
    else {
      Promise.resolve()
        .then(page)
        .catch((error: unknown): Page => ({ status: 500, text: `${(error as Error).message}\n` }))
        .then(reply);
    }
  });
  // A scraper that sends half a request must not hold a connection for ever.
  server.requestTimeout = 10_000;
  return new Promise((resolve, reject) => {
    server.on("error", (error) => {
      const where = `${address.host ?? "all addresses"}, port ${address.port}`;
      reject(
        new ListenError(`cannot serve metrics on ${where}: ${error.message}; choose another --metrics-bind-address`),
      );
    });
    server.listen(address.port, address.host, () => {
      server.unref();
      resolve(() => {
        server.close();
        server.closeAllConnections();
      });
    });
  });
}
