// @ts-check
// The two ends of a probe. `serve PORT ADDRESS…` replies to every tcp connection and udp packet with the source that it saw;
// `send PORT` reads targets as JSON from standard input, opens the connections and prints the replies.
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createConnection, createServer, isIPv6 } from "node:net";

const [mode, port = "", ...addresses] = process.argv.slice(2);
const TIMEOUT_MS = 5_000;

if (mode === "serve") {
  let open = addresses.length * 2;
  const ready = () => {
    if (--open === 0) process.stdout.write("ready\n");
  };
  for (const address of addresses) {
    const udp = createSocket(isIPv6(address) ? "udp6" : "udp4");
    udp.on("message", (_, from) =>
      udp.send(JSON.stringify({ address: from.address, port: from.port }), from.port, from.address),
    );
    udp.bind(Number(port), address, ready);
    const tcp = createServer((socket) => {
      socket.on("error", () => {});
      socket.end(JSON.stringify({ address: socket.remoteAddress, port: socket.remotePort }));
    });
    tcp.listen(Number(port), address, ready);
  }
} else {
  /** @type {{ protocol: "tcp" | "udp", host: string, count?: number, from?: number }[]} */
  const targets = JSON.parse(readFileSync(0, "utf8"));
  const seen = [];
  for (const { protocol, host, count = 1, from } of targets) {
    const open = protocol === "tcp" ? openTcp : openUdp;
    seen.push(await Promise.all(Array.from({ length: count }, (_, i) => open(host, from && from + i))));
  }
  process.stdout.write(JSON.stringify(seen));
}

/**
 * @param {string} host
 * @param {number} [from] source port
 * @returns {Promise<unknown>}
 */
function openTcp(host, from) {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = createConnection({ host, port: Number(port), localPort: from, timeout: TIMEOUT_MS });
    socket.on("data", (data) => (text += data));
    socket.on("close", () => resolve(JSON.parse(text)));
    socket.on("timeout", () => reject(new Error(`no reply from ${host} over tcp`)));
    socket.on("error", reject);
  });
}

/**
 * @param {string} host
 * @param {number} [from] source port
 * @returns {Promise<unknown>}
 */
function openUdp(host, from) {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    const timer = setTimeout(() => reject(new Error(`no reply from ${host} over udp`)), TIMEOUT_MS);
    socket.on("message", (data) => {
      clearTimeout(timer);
      socket.close();
      resolve(JSON.parse(String(data)));
    });
    socket.on("error", reject);
    socket.bind(from, () => socket.send("?", Number(port), host));
  });
}
