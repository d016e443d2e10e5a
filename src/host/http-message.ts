// The messages of HTTP/1.1 (RFC 9112) that a server of a few pages needs: the head of a request, and a response.

/** The head of a request. */
export interface Request {
  /** Undefined if the request is malformed. */
  readonly method: string | undefined;
  /** Without the query. */
  readonly path: string;
  /** Empty if the client sends none, as HTTP/1.0 allows. */
  readonly host: string;
}

/** A page: its status, its text, and its type, by default plain text. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

/** A response, the only one on its connection. */
export interface Response {
  readonly head: string;
  readonly body: Uint8Array;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** No page may be framed by another site, interpreted as another type, or cached. */
const FIELDS = {
  "cache-control": "no-store",
  "content-security-policy": "frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  connection: "close",
};

const MALFORMED: Request = { method: undefined, path: "", host: "" };

/** Parses the head at the beginning of `text`; undefined while it is incomplete. */
export function parseRequest(text: string): Request | undefined {
  const end = text.search(/\r?\n\r?\n/);
  if (end < 0) return undefined;
  const [start = "", ...fields] = text.slice(0, end).split(/\r?\n/);
  // Clients send the form with a host to proxies, but servers must accept it too.
  const [, method, authority, target = ""] = /^([A-Z]+) (?:http:\/\/([^/?]+))?(\S*) HTTP\/1\.[01]$/.exec(start) ?? [];
  const [path = ""] = target.split("?");
  const hosts = fields.flatMap((field) => /^host:\s*(.*?)\s*$/i.exec(field)?.[1] ?? []);
  // With two Host fields, a proxy in front and this server could interpret the request differently.
  if (method === undefined || (authority === undefined && !path.startsWith("/")) || hosts.length > 1) return MALFORMED;
  return { method, path: path || "/", host: authority ?? hosts[0] ?? "" };
}

/** Makes the response for a page. */
export function responseOf({ status, text, type = "text/plain; charset=utf-8" }: Page): Response {
  const body = new TextEncoder().encode(text);
  const fields = {
    ...FIELDS,
    ...(status === 405 ? { allow: "GET, HEAD" } : {}),
    "content-length": body.length,
    "content-type": type,
    date: new Date().toUTCString(),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: `HTTP/1.1 ${status} ${REASONS[status]}\r\n${lines.join("")}\r\n`, body };
}
