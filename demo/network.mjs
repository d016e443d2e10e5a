// @ts-check
// A node with a pod and an outside world, in three separate network namespaces. The host is not touched.
//
//   pod ────────────── node ──────────────── outside
//   10.244.0.2         10.244.0.1  192.0.2.1   192.0.2.2, and on lo:
//   fd00:244::2        fd00:244::1             10.99.0.1, 203.0.113.10, fd00:99::1, 2001:db8:9::10
//                                  2001:db8:1::1 - 2001:db8:1::2
//
// The node forwards packets and runs the agent. Outside runs an echo server that replies with the source address that it saw.
import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Addresses of the network: those that the pod and the node are seen as, and those that the pod sends to. */
export const ADDRESSES = {
  ipv4: { pod: "10.244.0.2", node: "192.0.2.1", inside: "10.99.0.1", outside: "203.0.113.10" },
  ipv6: { pod: "fd00:244::2", node: "2001:db8:1::1", inside: "fd00:99::1", outside: "2001:db8:9::10" },
};

/** The port that the echo server listens on, for tcp and udp. */
export const ECHO_PORT = 7007;

const PROBE = fileURLToPath(new URL("./probe.mjs", import.meta.url));

let made = 0;
/** @type {Set<string>} */
const alive = new Set();
process.on("exit", () => {
  for (const name of alive) removeNamespace(name);
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.once(signal, () => process.exit(130));
}

/**
 * Creates a network namespace with its loopback up. {@link removeNamespace} or the end of this process removes it.
 * @param {string} role shown in its name
 * @returns {string} its name
 */
export function addNamespace(role) {
  const name = `masq-${role}-${process.pid}-${++made}`;
  execFileSync("ip", ["netns", "add", name]);
  alive.add(name);
  execFileSync("ip", ["-n", name, "link", "set", "lo", "up"]);
  return name;
}

/** @param {string} name */
export function removeNamespace(name) {
  alive.delete(name);
  execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
}

/**
 * A command and its arguments that run inside a namespace.
 * @param {string} namespace
 * @param {string[]} command
 * @returns {[string, string[]]}
 */
export function inside(namespace, command) {
  return ["nsenter", [`--net=/run/netns/${namespace}`, "--", ...command]];
}

/**
 * Runs a command inside a namespace and returns its standard output; throws, with its output, if it fails.
 * @param {string} namespace
 * @param {string[]} command
 * @param {string} [input]
 */
export function runInside(namespace, command, input) {
  const [file, args] = inside(namespace, command);
  return execFileSync(file, args, { encoding: "utf8", input: input ?? "", stdio: "pipe", maxBuffer: 1 << 28 });
}

/**
 * Runs ip(8) once for each line of arguments.
 * @param {string} lines
 */
export function ip(lines) {
  for (const line of lines.trim().split("\n")) execFileSync("ip", line.trim().split(/\s+/));
}

/**
 * The three namespaces, connected, addressed and routed, with the echo server running.
 * @returns {Promise<{ pod: string, node: string, outside: string, send: typeof send, close: () => void }>}
 */
export async function makeNetwork() {
  const [pod, node, outside] = ["pod", "node", "outside"].map(addNamespace);
  if (!pod || !node || !outside) throw new Error("unreachable");
  // No other host has these addresses. Duplicate address detection would delay the first IPv6 packet by two seconds.
  for (const name of [pod, node, outside]) {
    runInside(name, ["sh", "-c", "for f in all default; do echo 0 > /proc/sys/net/ipv6/conf/$f/accept_dad; done"]);
  }
  ip(`
    link add eth0 netns ${pod} type veth peer name pod0 netns ${node}
    link add eth0 netns ${outside} type veth peer name eth0 netns ${node}
    -n ${pod} addr add 10.244.0.2/24 dev eth0
    -n ${pod} addr add fd00:244::2/64 dev eth0 nodad
    -n ${node} addr add 10.244.0.1/24 dev pod0
    -n ${node} addr add fd00:244::1/64 dev pod0 nodad
    -n ${node} addr add 192.0.2.1/24 dev eth0
    -n ${node} addr add 2001:db8:1::1/64 dev eth0 nodad
    -n ${outside} addr add 192.0.2.2/24 dev eth0
    -n ${outside} addr add 2001:db8:1::2/64 dev eth0 nodad
    -n ${outside} addr add 10.99.0.1/32 dev lo
    -n ${outside} addr add 203.0.113.10/32 dev lo
    -n ${outside} addr add fd00:99::1/128 dev lo nodad
    -n ${outside} addr add 2001:db8:9::10/128 dev lo nodad
    -n ${pod} link set eth0 up
    -n ${node} link set pod0 up
    -n ${node} link set eth0 up
    -n ${outside} link set eth0 up
    -n ${pod} route add default via 10.244.0.1
    -n ${pod} -6 route add default via fd00:244::1
    -n ${node} route add default via 192.0.2.2
    -n ${node} -6 route add default via 2001:db8:1::2
    -n ${outside} route add 10.244.0.0/24 via 192.0.2.1
    -n ${outside} -6 route add fd00:244::/64 via 2001:db8:1::1
  `);
  const forwarding = "for f in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 > /proc/sys/net/$f; done";
  runInside(node, ["sh", "-c", forwarding]);

  const addresses = [ADDRESSES.ipv4, ADDRESSES.ipv6].flatMap((family) => [family.inside, family.outside]);
  const [file, args] = inside(outside, [process.execPath, PROBE, "serve", String(ECHO_PORT), ...addresses]);
  const server = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    server.stdout.once("data", resolve);
    server.once("exit", (code) => reject(new Error(`the echo server ended with ${code}`)));
  });
  return {
    pod,
    node,
    outside,
    send,
    close: () => {
      server.removeAllListeners("exit");
      server.kill("SIGKILL");
      for (const name of [pod, node, outside]) removeNamespace(name);
    },
  };
}

/**
 * The destination, the number of connections, and the first source port (any if it is left out). A source port that was
 * used before may still have its mapping in the node's connection tracking.
 * @typedef {{ protocol: "tcp" | "udp", host: string, count?: number, from?: number }} Target
 */
/** @typedef {{ address: string, port: number }} Seen the source that the echo server saw */

/**
 * Opens connections from inside a namespace to the echo server, and returns the source that it saw for each.
 * @param {string} namespace
 * @param {Target[]} targets
 * @returns {Seen[][]} for each target one entry per connection
 */
export function send(namespace, targets) {
  return JSON.parse(
    runInside(namespace, [process.execPath, PROBE, "send", String(ECHO_PORT)], JSON.stringify(targets)),
  );
}
