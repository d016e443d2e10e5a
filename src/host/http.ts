// Serves /metrics, /healthz and /readyz, and the preview page. One request per connection: node:http parses all that a
// client pipelines, at once, and a few clients that do so exhaust the agent's memory.
import type { Address } from "./address.ts";
import type { Connection } from "./connection.ts";
import { listen } from "./connections.ts";
import { type Page, parseRequest, type Request, type Response, responseOf } from "./http-message.ts";

/**
 * Connections at a time, and so requests. Far more than probes and scrapes need: beyond it connections are cut off, a client
 * that is cut off connects again at once, and among many such clients probes are cut off too. A process that may open
 * 1,024 files can still start its tools.
 */
const MAX_CONNECTIONS = 900;

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
export async function serve(address: Address, pages: Pages, hosts = /^/): Promise<Served> {
  const respond = responder(pages, hosts);
  // Connections that have had their response, that have not sent a request yet, and that wait for a response. The oldest
  // comes first.
  const [spent, idle, busy] = [new Set<Connection>(), new Set<Connection>(), new Set<Connection>()];
  const states = [spent, idle, busy];
  const timers = new Map<Connection, NodeJS.Timeout>();
  const move = (connection: Connection, to: Set<Connection> | undefined) => {
    for (const set of states) set.delete(connection);
    to?.add(connection);
  };
  const end = (connection: Connection) => {
    clearTimeout(timers.get(connection));
    timers.delete(connection);
    move(connection, undefined);
    connection.close();
  };
  const endAfter = (connection: Connection, ms: number) => {
    clearTimeout(timers.get(connection));
    timers.set(connection, setTimeout(end, ms, connection));
  };
  const accept = async (connection: Connection) => {
    if (timers.size >= MAX_CONNECTIONS) {
      // The oldest that misses least goes, not the probe that comes now or has just come.
      const [oldest] = states.find((set) => set.size > 0) ?? [];
      if (oldest) end(oldest);
    }
    move(connection, idle);
    endAfter(connection, LONGEST_MS);
    const request = await readRequest(connection);
    if (request === "closed") return end(connection);
    move(connection, busy);
    const { head, body } = await respond(request);
    // It has been cut off meanwhile.
    if (!busy.has(connection)) return;
    await connection.send(head, request?.method === "HEAD" ? new Uint8Array() : body);
    if (!busy.has(connection)) return;
    move(connection, spent);
    endAfter(connection, LINGER_MS);
    // The client closes its end now. If it sends more instead, nothing more is read, and the connection is kept for its
    // time: a client that is cut off connects again at once.
    if ((await connection.read()) === undefined) end(connection);
  };
  const { port, close } = await listen(address, accept);
  return {
    port,
    close: () => {
      close();
      for (const connection of [...timers.keys()]) end(connection);
    },
  };
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

/** Reads the head of the first request, and little further; undefined is one that is too long. */
async function readRequest(connection: Connection): Promise<Request | undefined | "closed"> {
  let text = "";
  while (text.length < MAX_HEAD) {
    const bytes = await connection.read();
    if (!bytes) return "closed";
    text += latin1.decode(bytes);
    const request = parseRequest(text.slice(0, MAX_HEAD));
    if (request) return request;
  }
  return undefined;
}

/** Any byte is a character of it. */
const latin1 = new TextDecoder("latin1");
