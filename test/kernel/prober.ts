// A stream of new connections from a pod while something else happens.
import { spawn } from "node:child_process";
import { ECHO_PORT, inside } from "../../demo/network.mjs";

/** The maximum number of connections in one stream: each has its own source port. */
const MOST = 50_000;

/** Sends a packet to the next host every 2 ms, each from a different port; at the end prints how often each source was seen. */
const CODE = `
  import { createSocket } from "node:dgram";
  const [, port, ...hosts] = process.argv;
  const seen = {};
  const silent = new Set(hosts);
  let sent = 0;
  const timer = setInterval(() => {
    if (sent >= ${MOST}) return;
    const host = hosts[sent % hosts.length];
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    const late = setTimeout(() => socket.close(), 2_000);
    socket.on("message", (data) => {
      clearTimeout(late);
      socket.close();
      const key = host + " sees " + JSON.parse(String(data)).address;
      seen[key] = (seen[key] ?? 0) + 1;
      if (silent.delete(host) && silent.size === 0) console.log("ready");
    });
    socket.bind(10_000 + sent++, () => socket.send("?", Number(port), host));
  }, 2);
  process.stdin.resume();
  process.stdin.on("end", () => {
    clearInterval(timer);
    setTimeout(() => {
      console.log(JSON.stringify(seen));
      process.exit();
    }, 200);
  });`;

/**
 * Sends udp packets from a namespace to each of the hosts in turn while `use` runs, which starts when all have replied. Returns the
 * sources seen by each, and how often: `203.0.113.10 sees 192.0.2.1`.
 */
export async function whileProbing(
  namespace: string,
  hosts: readonly string[],
  use: () => Promise<void>,
): Promise<Readonly<Record<string, number>>> {
  const command = [process.execPath, "--input-type=module", "-e", CODE, "--", String(ECHO_PORT), ...hosts];
  const [file, args] = inside(namespace, command);
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  const ready = new Promise((done) => child.stdout.once("data", done));
  child.stdout.on("data", (data) => {
    text += data;
  });
  const closed = new Promise((done) => child.on("close", done));
  try {
    await Promise.race([ready, closed]);
    await use();
    child.stdin.end();
    await closed;
    return JSON.parse(text.replace("ready\n", ""));
  } finally {
    child.kill("SIGKILL");
  }
}
