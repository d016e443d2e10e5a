// Serves /metrics, /healthz and /readyz, and the preview page. One request per connection: node:http parses everything that
// a client pipelines at once, so that a few clients can exhaust the agent's memory.
import type { Address } from "./address.ts";
import type { Connection } from "./connection.ts";
import { listen } from "./connections.ts";
import { type Page, parseRequest, type Request, type Response, responseOf } from "./http-message.ts";

/**
 * The maximum number of connections, and so of requests, at a time. Far more than probes and scrapes need: beyond it
 * connections are aborted, their clients reconnect at once, and with many such clients probes are aborted too. A process
 * that may open 1,024 files can still start its tools.
 */
const MAX_CONNECTIONS = 900;

/** The longest time that a connection lasts, whatever its client does. */
const MAX_CONNECTION_MS = 10_000;

/** The longest time that a client may keep the connection open after the response. */
const LINGER_MS = 1_000;

/** The longest head of a request, in bytes. */
const MAX_HEAD = 16 * 1024;

/** A running server. */
export interface Served {
  readonly port: number;
  readonly close: () => void;
}

type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

/**
 * Serves pages by path for GET and HEAD; rejects if it cannot listen. Refuses requests for a host that `hosts` does not
 * match. Requests that arrive while a page is being made get that page.
 */
export async function serve(address: Address, pages: Pages, hosts = /^/): Promise<Served> {
  const respond = responder(pages, hosts);
  // Connections that have received their response, that have not sent a request yet, and that wait for a response; the
  // oldest of each first.
  const [answered, idle, busy] = [new Set<Connection>(), new Set<Connection>(), new Set<Connection>()];
  const states = [answered, idle, busy];
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
      // Abort the oldest connection of the least important state, not a probe that has just connected.
      const [oldest] = states.find((set) => set.size > 0) ?? [];
      if (oldest) end(oldest);
    }
    move(connection, idle);
    endAfter(connection, MAX_CONNECTION_MS);
    const request = await readRequest(connection);
    if (request === "closed") return end(connection);
    move(connection, busy);
    const { head, body } = await respond(request);
    // Aborted in the meantime.
    if (!busy.has(connection)) return;
    await connection.send(head, request?.method === "HEAD" ? new Uint8Array() : body);
    if (!busy.has(connection)) return;
    move(connection, answered);
    endAfter(connection, LINGER_MS);
    // The client should close its end now. If it sends more instead, nothing is read, and the connection stays until its
    // time is over: a client whose connection is aborted would reconnect at once.
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

/** Returns a function that responds to a request; undefined stands for one whose head is too long. */
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
    if (!hosts.test(host)) return refuse(403, "not served for this host name");
    if (!page) return refuse(404, `not found; available: ${Object.keys(pages).join(", ")}`);
    if (method !== "GET" && method !== "HEAD") return refuse(405, "GET only");
    const made = making.get(path) ?? make(path, page);
    making.set(path, made);
    return made;
  };
}

/** Reads the head of the first request, and little beyond; undefined if it is too long. */
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

/** A decoder that accepts any byte. */
const latin1 = new TextDecoder("latin1");
