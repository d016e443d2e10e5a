// Serves /metrics, /healthz and /readyz, and the preview page. One request per connection: node:http parses all that a
// client pipelines, at once, and a few clients that do so exhaust the agent's memory.
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Address } from "./address.ts";
import { type Page, parseRequest, type Request, type Response, responseOf } from "./http-message.ts";

/**
 * Connections at a time, and so requests. Far more than probes and scrapes need: beyond it connections are cut off, a client
 * that is cut off connects again at once, and among many such clients probes are cut off too.
 */
const MAX_CONNECTIONS = 256;

/** Longest that a connection lasts, whatever its client sends or does not read. Milliseconds. */
const LONGEST_MS = 10_000;

/** Longest that a client may keep the connection after the response was sent. Milliseconds. */
const LINGER_MS = 1_000;

/** Longest head of a request, in bytes. */
const MAX_HEAD = 16 * 1024;

/** A server that listens. */
export interface Served {
  readonly port: number;
  readonly close: () => void;
}

type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

/**
 * Serves pages by path to GET and HEAD; rejects if it cannot listen. Requests by a name that `hosts` does not match are
 * refused. Requests that arrive while a page is being made get that page.
 */
export function serve(address: Address, pages: Pages, hosts = /^/): Promise<Served> {
  const respond = responder(pages, hosts);
  // Connections that have had their response, that have not sent a request yet, and that wait for a response. The oldest
  // comes first.
  const [spent, idle, busy] = [new Set<Socket>(), new Set<Socket>(), new Set<Socket>()];
  const states = [spent, idle, busy];
  const move = (socket: Socket, to: Set<Socket> | undefined) => {
    for (const set of states) set.delete(socket);
    to?.add(socket);
  };
  const accept = (socket: Socket) => {
    if (spent.size + idle.size + busy.size >= MAX_CONNECTIONS) {
      // The oldest that misses least goes, not the probe that comes now or has just come.
      const [oldest] = states.find((set) => set.size > 0) ?? [];
      if (oldest) move(oldest, undefined);
      oldest?.destroy();
    }
    move(socket, idle);
    socket.on("error", () => {});
    socket.on("close", () => move(socket, undefined));
    limitTime(socket, LONGEST_MS);
    readRequest(socket, async (request) => {
      move(socket, busy);
      const { head, body } = await respond(request);
      if (socket.destroyed) return;
      socket.write(head);
      socket.end(request?.method === "HEAD" ? new Uint8Array() : body, () => {
        if (busy.has(socket)) move(socket, spent);
        limitTime(socket, LINGER_MS);
        // The client closes its end now. If it sends more instead, nothing more is read, for each read costs a large
        // buffer, and the connection is kept for its time, for a client that is cut off connects again at once.
        socket.on("data", () => socket.pause()).resume();
      });
    });
  };
  return new Promise((resolve, reject) => {
    // The client may close its sending end before it gets the response.
    const server = createServer({ allowHalfOpen: true }, accept);
    server.on("error", reject);
    server.listen(address.port, address.host, () => {
      const { port } = server.address() as AddressInfo;
      const close = () => {
        server.close();
        for (const socket of states.flatMap((set) => [...set])) socket.destroy();
      };
      resolve({ port, close });
    });
  });
}

/** What answers a request; undefined is one whose head is too long. */
function responder(pages: Pages, hosts: RegExp): (request: Request | undefined) => Response | Promise<Response> {
  const making = new Map<string, Promise<Response>>();
  const make = async (path: string, page: Pages[string]): Promise<Response> => {
    try {
      return responseOf(await page());
    } catch (error) {
      return responseOf({ status: 500, text: `${(error as Error).message}\n` });
    } finally {
      making.delete(path);
    }
  };
  return (request) => {
    const refuse = (status: number, text: string) => responseOf({ status, text: `${text}\n` });
    if (!request) return refuse(431, `more than ${MAX_HEAD} bytes`);
    const { method, path, host } = request;
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (method === undefined) return refuse(400, "not an HTTP/1.1 request");
    if (!hosts.test(host)) return refuse(403, "not by this name");
    if (!page) return refuse(404, `there is ${Object.keys(pages).join(", ")}`);
    if (method !== "GET" && method !== "HEAD") return refuse(405, "GET only");
    const made = making.get(path) ?? make(path, page);
    making.set(path, made);
    return made;
  };
}

/** Reads the head of the first request, and no further; undefined is one that is too long. */
function readRequest(socket: Socket, then: (request: Request | undefined) => void): void {
  let text = "";
  const read = (chunk: Buffer) => {
    text += chunk.toString("latin1");
    const request = parseRequest(text.slice(0, MAX_HEAD));
    if (!request && text.length < MAX_HEAD) return;
    socket.off("data", read).off("end", giveUp).pause();
    then(request);
  };
  const giveUp = () => socket.destroy();
  socket.on("data", read).on("end", giveUp);
}

const timers = new WeakMap<Socket, NodeJS.Timeout>();

/** Ends a connection after so many milliseconds, and not when an earlier call said. */
function limitTime(socket: Socket, ms: number): void {
  clearTimeout(timers.get(socket));
  const timer = setTimeout(() => socket.destroy(), ms);
  timers.set(socket, timer);
  socket.on("close", () => clearTimeout(timer));
}
