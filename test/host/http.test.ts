// The HTTP server: how requests are parsed, and the response to each kind of client.
import { connect, type Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Served, serve } from "../../src/host/http.ts";
import { type Page, parseRequest } from "../../src/host/http-message.ts";

test("the header of a request", () => {
  const malformed = { method: undefined, path: "", host: "" };
  const cases: [string, object | undefined][] = [
    ["GET / HTTP/1.1\r\nHost: x:80\r\n\r\n", { method: "GET", path: "/", host: "x:80" }],
    ["HEAD /a?b HTTP/1.0\n\n", { method: "HEAD", path: "/a", host: "" }],
    ["GET http://x/a HTTP/1.1\r\nHOST:y\r\n\r\n", { method: "GET", path: "/a", host: "x" }],
    ["GET http://x?b HTTP/1.1\r\n\r\n", { method: "GET", path: "/", host: "x" }],
    ["GET / HTTP/1.1\r\nhost: \t x \r\n\r\nGET /b HTTP/1.1\r\n\r\n", { method: "GET", path: "/", host: "x" }],
    ["GET / HTTP/1.1\r\nHost: x\r\n", undefined],
    ["GET /", undefined],
    ["", undefined],
    ["GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", malformed],
    ["GET a HTTP/1.1\r\n\r\n", malformed],
    ["GET  / HTTP/1.1\r\n\r\n", malformed],
    ["GET / HTTP/2.0\r\n\r\n", malformed],
    ["GET /\r\n\r\n", malformed],
    ["\x16\x03\x01\r\n\r\n", malformed],
  ];
  for (const [text, expected] of cases) assert.equal(parseRequest(text), expected, JSON.stringify(text));
});

/** Sends a text, and returns everything that the server sends until it closes the connection. */
function ask(port: number, text: string, how: "write" | "end" = "write"): Promise<string> {
  return new Promise((done) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket[how](text));
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => {});
    socket.on("close", () => done(answer));
  });
}

async function withPages(pages: Record<string, () => Page | Promise<Page>>, use: (served: Served) => Promise<void>) {
  const served = await serve({ host: "127.0.0.1", port: 0 }, pages, /^x$/);
  try {
    await use(served);
  } finally {
    served.close();
  }
}

const get = (path: string, method = "GET") => `${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

test("requests and their responses", () => {
  const pages = {
    "/": () => ({ status: 200, text: "ü" }),
    "/html": async () => ({ status: 503, text: "", type: "text/html" }),
    "/fails": () => {
      throw new Error("no luck");
    },
  };
  const cases: [request: string, answer: RegExp][] = [
    [
      get("/"),
      /^HTTP\/1\.1 200 OK\r\n.*content-length: 2\r\ncontent-type: text\/plain; charset=utf-8\r\n.*\r\n\r\nü$/s,
    ],
    [get("/", "HEAD"), /^HTTP\/1\.1 200 OK\r\n.*content-length: 2\r\n.*\r\n\r\n$/s],
    [get("/html?a"), /^HTTP\/1\.1 503 Service Unavailable\r\n.*content-type: text\/html\r\n/s],
    [get("/fails"), /^HTTP\/1\.1 500 .*\r\n\r\nno luck\n$/s],
    [get("/toString"), /^HTTP\/1\.1 404 .*\r\n\r\nnot found; available: \/, \/html, \/fails\n$/s],
    [get("/", "POST"), /^HTTP\/1\.1 405 .*allow: GET, HEAD\r\n/s],
    ["GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n", /^HTTP\/1\.1 403 .*not served for this host name\n$/s],
    ["GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 403 /],
    ["\r\n\r\n", /^HTTP\/1\.1 400 /],
    [`GET / HTTP/1.1\r\nHost: x\r\nCookie: ${"x".repeat(20_000)}`, /^HTTP\/1\.1 431 /],
    // One request per connection, whatever follows it.
    [get("/").repeat(3), /^HTTP\/1\.1 200 (?!.*HTTP\/1).*ü$/s],
    [get("/", "POST") + "x".repeat(9_999), /^HTTP\/1\.1 405 (?!.*HTTP\/1)/s],
  ];
  return withPages(pages, async ({ port }) => {
    for (const [request, answer] of cases) {
      const got = await ask(port, request);
      assert.match(got, answer, request.slice(0, 100));
      assert.match(got, /\r\nconnection: close\r\n/);
      assert.match(got, /\r\ncontent-security-policy: frame-ancestors 'none'\r\n/);
      assert.match(got, /\r\nx-content-type-options: nosniff\r\nx-frame-options: DENY\r\n/);
    }
    const closed = await ask(port, get("/"), "end");
    assert.match(closed, /ü$/, "a client that has closed its sending end is answered");
    assert.is(await ask(port, "GET /", "end"), "");
  });
});

test("simultaneous requests share one page", async () => {
  let made = 0;
  let finish = () => {};
  const pages = {
    "/": () =>
      new Promise<Page>((done) => {
        finish = () => done({ status: 200, text: `page ${++made}` });
      }),
  };
  await withPages(pages, async ({ port }) => {
    for (const expected of [1, 2]) {
      const asked = Array.from({ length: 8 }, () => ask(port, get("/").repeat(100)));
      await new Promise((done) => setTimeout(done, 200));
      finish();
      for (const answer of await Promise.all(asked)) assert.match(answer, new RegExp(`\\r\\n\\r\\npage ${expected}$`));
    }
  });
});

test("of too many connections the oldest idle one is closed", () =>
  withPages({ "/": () => ({ status: 200, text: "page" }) }, async ({ port }) => {
    const closed: number[] = [];
    const sockets: Socket[] = [];
    for (let i = 0; i < 906; i++) {
      await new Promise<void>((done) => {
        const socket = connect(port, "127.0.0.1", done);
        socket.on("error", () => {}).on("close", () => closed.push(i));
        sockets.push(socket);
      });
    }
    assert.match(await ask(port, get("/")), /page$/);
    assert.equal(
      closed.sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6],
    );
    for (const socket of sockets) socket.destroy();
  }));

test("anything after a client's first request stays unread", () =>
  withPages({ "/": () => ({ status: 200, text: "page" }) }, async ({ port }) => {
    const answers = Array.from({ length: 60 }, () => ask(port, get("/").repeat(2_000)));
    for (const answer of await Promise.all(answers)) assert.match(answer, /page$/);
    assert.match(await ask(port, get("/")), /page$/);
  }));

test.run();
