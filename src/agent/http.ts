// /metrics, /healthz and /readyz.
import { type AddressInfo, isIPv6, type Socket } from "node:net";

/** Where to listen: no host means all addresses. */
export interface Address {
  readonly host: string | undefined;
  readonly port: number;
}

/** Reads `9410`, `:9410`, `127.0.0.1:9410` or `[::1]:9410`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:(?:\[([\da-fA-F:.]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65535 || (match[1] !== undefined && !isIPv6(match[1]))) return undefined;
  return { host: match[1] ?? (match[2] || undefined), port };
}

/** For people. */
export function formatAddress({ host, port }: Address): string {
  return `${host ?? "all addresses"}, port ${port}`;
}

/** A page: its status, its text, and its type where that is not plain text. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

const MAX_CONNECTIONS = 64;

/** Who sends half a request, or none, holds a connection no longer than this. Milliseconds. */
const TIMEOUTS = { requestTimeout: 10_000, headersTimeout: 10_000, connectionsCheckingInterval: 1_000 };

/** A server that listens. */
export interface Served {
  readonly port: number;
  readonly close: () => void;
}

/**
 * Serves pages by path to GET and HEAD; rejects where it cannot listen. Requests by another name than `hosts` allows are
 * refused.
 */
export async function serve(
  address: Address,
  pages: Readonly<Record<string, () => Page | Promise<Page>>>,
  hosts = /.*/,
): Promise<Served> {
  // Loaded here: the commands that serve nothing start sooner without it.
  const { createServer } = await import("node:http");
  const busy = new Set<Socket>();
  const server = createServer(TIMEOUTS, (request, response) => {
    busy.add(request.socket);
    response.on("close", () => busy.delete(request.socket));
    const reply = ({ status, text, type = "text/plain; charset=utf-8" }: Page) => {
      const allow = status === 405 ? { allow: "GET, HEAD" } : {};
      response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text), ...allow });
      response.end(request.method === "HEAD" ? "" : text);
    };
    const path = (request.url ?? "").split("?")[0] ?? "";
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (!hosts.test(request.headers.host ?? "")) reply({ status: 403, text: "not by this name\n" });
    else if (!page) reply({ status: 404, text: `there is ${Object.keys(pages).join(", ")}\n` });
    else if (request.method !== "GET" && request.method !== "HEAD") reply({ status: 405, text: "GET only\n" });
    else {
      Promise.resolve()
        .then(page)
        .catch((error: unknown): Page => ({ status: 500, text: `${(error as Error).message}\n` }))
        .then(reply);
    }
  });
  // Of too many connections the oldest goes that asks nothing, not the probe that comes now.
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    if (sockets.size <= MAX_CONNECTIONS) return;
    const [oldest] = sockets;
    ([...sockets].find((one) => !busy.has(one)) ?? oldest)?.destroy();
  });
  return new Promise((resolve, reject) => {
    server.on("error", (error) => {
      reject(error);
    });
    server.listen(address.port, address.host, () => {
      const { port } = server.address() as AddressInfo;
      const close = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ port, close });
    });
  });
}
