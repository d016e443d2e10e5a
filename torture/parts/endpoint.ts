// Hostile clients of the agent's endpoint and of the preview's server: probes still get responses, and rules are maintained.
import { type ChildProcess, spawn } from "node:child_process";
import { addNamespace, inside, removeNamespace, runInside } from "../../demo/network.mjs";
import { configFlag, RUNTIMES, run, withFolder } from "../../test/kernel/harness.ts";
import { serviceCommand } from "../../test/kernel/loop.ts";
import { anonymousBytes } from "../../test/kernel/memory.ts";
import { CONFIGS, look, sleep, startAgent, until } from "../node.ts";
import type { Part, Try } from "../part.ts";

const PORT = 9410;

/** Client scripts, which run until they are killed. `open(use)` connects, and reconnects whenever the connection is closed. */
const PRELUDE = `
  const net = require("net");
  const open = (use) => {
    const socket = net.connect(${PORT}, "127.0.0.1", () => use(socket));
    socket.on("error", () => {}).on("close", () => setTimeout(open, 20, use));
  };
  const times = (n, what) => { for (let i = 0; i < n; i++) what(i); };
  const get = (path, more = "") => "GET " + path + " HTTP/1.1\\r\\nHost: x\\r\\n" + more + "\\r\\n";
`;

const CLIENTS: Readonly<Record<string, string>> = {
  "1,000 idle connections": "times(1000, () => open(() => {}));",
  "pipelined requests whose responses are not read":
    'times(60, () => open((s) => { s.pause(); s.write(get("/metrics").repeat(1600)); }));',
  "pipelined requests": 'times(60, () => open((s) => { s.resume(); s.write(get("/healthz").repeat(1600)); }));',
  "a megabyte of headers": 'times(20, () => open((s) => s.write(get("/", "X: " + "y".repeat(1 << 20) + "\\r\\n"))));',
  "100,000 headers": 'times(10, () => open((s) => s.write(get("/metrics", "A: b\\r\\n".repeat(100000)))));',
  "a request sent byte by byte":
    'times(100, () => open((s) => { let i = 0; const t = setInterval(() => s.write(get("/metrics")[i++] ?? "x"), 50); s.on("close", () => clearInterval(t)); }));',
  "a body sent slowly":
    'times(100, () => open((s) => { s.write("POST /metrics HTTP/1.1\\\\r\\\\nHost: x\\\\r\\\\nContent-Length: 99999999\\\\r\\\\n\\\\r\\\\n"); const t = setInterval(() => s.write("x"), 50); s.on("close", () => clearInterval(t)); }));',
  "wrong methods and versions":
    'times(20, (i) => open((s) => s.end(["TRACE * HTTP/1.1", "PRI * HTTP/2.0", "GET /metrics HTTP/9.9", "\\\\0\\\\0\\\\0", "GET", "CONNECT a:1 HTTP/1.1", "GET //../../etc/passwd HTTP/1.0"][i % 7] + "\\\\r\\\\n\\\\r\\\\n")));',
  "connections that are reset":
    'times(60, () => open((s) => { s.write(get("/metrics")); setTimeout(() => s.resetAndDestroy(), 1); }));',
  "a TLS greeting": 'times(20, () => open((s) => s.write(Buffer.from("160301020001000001fc0303", "hex"))));',
};

const PROBE = `
  const page = await fetch(process.argv[1], { signal: AbortSignal.timeout(10_000) }).catch((error) => new Response(String(error), { status: 599 }));
  console.log(page.status, await page.text());`;

/** A request from inside the namespace: its status, its text, and the time it took in milliseconds, including the client's start. */
async function get(node: string, url: string): Promise<{ status: number; text: string; took: number }> {
  const [file, args] = inside(node, [process.execPath, "--input-type=module", "-e", PROBE, url]);
  const begin = performance.now();
  const { stdout } = await run([file, ...args]);
  return { status: Number(stdout.slice(0, 3)), text: stdout.slice(4), took: performance.now() - begin };
}

function startClient(node: string, script: string): ChildProcess {
  const [file, args] = inside(node, [process.execPath, "-e", PRELUDE + script]);
  return spawn(file, args, { stdio: "ignore" });
}

/** The maximum memory that clients may make an agent use, in bytes. */
const MOST_MORE = 60e6;

/** The maximum duration of a probe in milliseconds: kubelet's default is 1 s, and these machines are busy. */
const MOST_WAIT = 5_000;

async function besiege({ random, count, took }: Try, node: string, folder: string): Promise<void> {
  const runtime = random.pick(["node", "deno"] as const);
  const flag = configFlag(folder, CONFIGS.a);
  const args = [`--metrics-bind-address=127.0.0.1:${PORT}`, "--iptables-variant=nft", flag];
  const { child, ended, log } = startAgent(node, args, {}, serviceCommand(runtime, args));
  const clients: ChildProcess[] = [];
  const url = (path: string) => `http://127.0.0.1:${PORT}${path}`;
  try {
    await until(async () => (await get(node, url("/readyz"))).status === 200, "the agent does not become ready");
    const whole = await look(node, "nft");
    await get(node, url("/metrics"));
    const before = anonymousBytes(child.pid ?? 0);
    const names = random.some(Object.keys(CLIENTS), 1, 2);
    for (const name of names) clients.push(startClient(node, CLIENTS[name] ?? ""));
    const told = `${runtime}, with ${names.join(" and ")}`;
    await sleep(500);
    for (let i = 0; i < 4; i++) {
      const probe = await get(node, url("/healthz"));
      took("probe, including the start of its client", probe.took);
      if (probe.status !== 200 || probe.took > MOST_WAIT) {
        throw new Error(
          `${told}: /healthz: ${probe.status} after ${Math.round(probe.took)} ms\n${log().slice(-1_000)}`,
        );
      }
      count("probes");
    }
    runInside(node, ["iptables-nft", "-t", "nat", "-F", "POSTROUTING"]);
    await until(async () => (await look(node, "nft")) === whole, `${told}: a deleted jump is not repaired`);
    const metrics = await get(node, url("/metrics"));
    if (!metrics.text.includes("ip_masq_agent_build_info"))
      throw new Error(`${told}: no metrics: ${metrics.text.slice(0, 200)}`);
    const more = anonymousBytes(child.pid ?? 0) - before;
    if (more > MOST_MORE) throw new Error(`${told}: ${Math.round(more / 1e6)} MB more`);
    for (const client of clients) client.kill("SIGKILL");
    child.kill("SIGTERM");
    const { exit, stderr } = await ended;
    if (exit !== 0) throw new Error(`${told}: the agent ended with ${exit}:\n${stderr.slice(-2_000)}`);
  } finally {
    for (const client of clients) client.kill("SIGKILL");
    child.kill("SIGKILL");
    await ended;
  }
}

/** Text that ends a script, a title or a line, or that controls a terminal. */
const MARKUP = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\u001b]0;x\u0007\u001b[2J",
  '"&<\u202e',
];
/** The ones that a config may contain: YAML allows no control characters. */
const COMMENTS = MARKUP.filter((text) => !text.includes("\u001b"));

const FOREIGN_HOST = (host: string, origin: string) => `
  const headers = { host: ${JSON.stringify(host)}, origin: ${JSON.stringify(origin)} };
  require("http").get({ port: 9411, host: "127.0.0.1", path: "/", headers }, (r) => { console.log(r.statusCode); r.resume(); });`;

/** The preview's server: pages of other origins get nothing, and no text of a config or its name becomes markup. */
async function besiegePreview({ random, count }: Try, node: string, folder: string): Promise<void> {
  const markup = random.pick(COMMENTS);
  const name = `${random.pick(MARKUP).replaceAll("/", "_")}.yaml`;
  const flag = configFlag(folder, `nonMasqueradeCIDRs: [10.0.0.0/8]\n# ${markup}\n`, name);
  const runtime = random.pick(["node", "deno"] as const);
  const [file, args] = inside(node, [...RUNTIMES[runtime], "preview", flag, "--port=9411"]);
  const server = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const listen = (data: unknown) => {
    output += data;
  };
  server.stdout.on("data", listen);
  server.stderr.on("data", listen);
  const closed = new Promise((done) => server.on("close", done));
  try {
    await until(
      () => output.includes("9411"),
      () => `the preview does not start: ${output}`,
    );
    const [host, origin] = random.pick([
      ["evil.example", "http://evil.example"],
      ["127.0.0.1:9411.evil.example", "null"],
      ["169.254.169.254", ""],
      ["localhost.evil.example:9411", "http://localhost.evil.example:9411"],
    ] as const);
    const status = runInside(node, [process.execPath, "-e", FOREIGN_HOST(host, origin)]).trim();
    if (status === "200") throw new Error(`${runtime}: the page is served for the host name ${host}`);
    const page = await get(node, "http://127.0.0.1:9411/");
    if (page.status !== 200)
      throw new Error(`${runtime}: the page is not served for its own host name: ${page.status}`);
    for (const text of MARKUP.filter((one) => one.startsWith("<"))) {
      if (page.text.includes(text)) throw new Error(`${runtime}: the page has ${text} as markup`);
    }
    if (output.includes("\u001b]") || output.includes("\u202e"))
      throw new Error(`${runtime}: a file's name controls the terminal`);
    count("previews");
    server.kill("SIGTERM");
    await closed;
  } finally {
    server.kill("SIGKILL");
    await closed;
  }
}

export const endpoint: Part = {
  name: "endpoint",
  about:
    "slow, pipelining and malformed clients, foreign host names, markup in names: probes get responses, rules are maintained",
  share: 1,
  open: async () => ({
    attempt: (one) =>
      withFolder(async (folder) => {
        const node = addNamespace("endpoint");
        try {
          await (one.random.chance(0.7) ? besiege : besiegePreview)(one, node, folder);
        } finally {
          removeNamespace(node);
        }
      }),
    close: async () => {},
  }),
};
