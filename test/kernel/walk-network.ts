// A router between a pod and the outside that shows, for many packets, which source is seen outside.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { addNamespace, inside, ip, removeNamespace, runInside } from "../../demo/network.mjs";
import type { Family } from "../../src/core/index.ts";
import { POOLS, PORTS } from "../netfilter/random-nat.ts";

/** One packet, and the source that the outside sees, or undefined if the packet does not arrive. */
export interface Flow {
  readonly source: string;
  readonly sourcePort: number;
  /** The packet as the pod sends it. */
  readonly destination: string;
  readonly port: number;
}

export interface Router {
  readonly node: string;
  /** Sends each of the packets once. `expected`: how many arrive if none is lost. */
  see(flows: readonly Flow[], expected: number): Promise<readonly (string | undefined)[]>;
  close(): void;
}

/** The node's own addresses by interface: the sources of masqueraded packets. */
export const NODE = {
  ipv4: { eth0: "192.0.2.1", eth1: "198.51.100.1", pod0: "10.244.0.1" },
  ipv6: { eth0: "2001:db8:1::1", eth1: "2001:db8:2::1", pod0: "fd00:244::1" },
} as const;

/** Destinations behind eth1; the others are behind eth0. */
export const BEHIND_ETH1: readonly string[] = ["10.98.0.1", "198.18.0.10", "fd00:98::1"];

const SEND = `
  const { createSocket } = require("node:dgram");
  let sockets = 0;
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    for (const { id, source, sourcePort, destination, port } of JSON.parse(line)) {
      const socket = createSocket(source.includes(":") ? "udp6" : "udp4");
      socket.on("error", (error) => { console.log(id + " " + error.message); socket.close(); });
      socket.bind(sourcePort, source, () => socket.send(String(id), port, destination, () => socket.close()));
    }
  });`;

const RECEIVE = `
  const { createSocket } = require("node:dgram");
  for (const type of ["udp4", "udp6"]) for (const port of ${JSON.stringify(Object.keys(PORTS).map(Number))}) {
    const socket = createSocket({ type, ipv6Only: type === "udp6" });
    socket.on("message", (data, { address }) => console.log(data + " " + address));
    socket.bind(port);
  }
  process.stdin.resume();
  setTimeout(() => console.log("ready"), 50);`;

/** Milliseconds after which an expected packet counts as dropped. */
const LOST = 1_500;
/** Milliseconds in which an unexpected packet may still arrive. */
const SURPRISE = 4;

/** Rules before the hook: a service's address, and marks by destination port. */
const BEFORE = `
  table inet before { chain pre { type filter hook prerouting priority -150;
    ${Object.entries(PORTS)
      .flatMap(([port, set]) => [
        ...("mark" in set ? [`udp dport ${port} meta mark set ${set.mark}`] : []),
        ...("connectionMark" in set ? [`udp dport ${port} ct mark set ${set.connectionMark}`] : []),
      ])
      .join("\n")}
  }
  }
  table ip before { chain pre { type nat hook prerouting priority -100;
    ip daddr ${POOLS.ipv4.service.address} dnat to ${POOLS.ipv4.service.pod}
  }
  }
  table ip6 before { chain pre { type nat hook prerouting priority -100;
    ip6 daddr ${POOLS.ipv6.service.address} dnat to ${POOLS.ipv6.service.pod}
  }
  }`;

/** Replaces a node's rules with these, and returns how many of the inputs a tool has refused. */
export function resetRules(
  node: string,
  inputs: readonly { readonly tool: string; readonly text: string }[],
  family: Family,
): number {
  const tool = (name: string) => (family === "ipv4" ? name : name.replace("ip", "ip6"));
  const steps = inputs.map(({ tool: name, text }) => {
    const command = name === "nft" ? "nft -f -" : `${tool(name)}-restore`;
    return `${command} 2> /dev/null <<'END-OF-RULES' || echo refused\n${text}\nEND-OF-RULES`;
  });
  const empty = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT";
  const legacy = (["ip", "ip6"] as const).map(
    (one) =>
      `grep -q nat /proc/net/${one}_tables_names && ${one}tables-legacy-restore <<'END-OF-RULES'\n${empty}\nEND-OF-RULES`,
  );
  const reset = `nft -f - <<'END-OF-RULES'\nflush ruleset\n${BEFORE}\nEND-OF-RULES`;
  const said = runInside(node, [
    "sh",
    "-c",
    ["set -e", reset, ...legacy.map((one) => `if ${one}\nthen :; fi`), ...steps].join("\n"),
  ]);
  return said.split("refused").length - 1;
}

/** The three namespaces with their routes, without rules. */
export async function makeRouter(): Promise<Router> {
  const [pod = "", node = "", outside = ""] = ["pod", "node", "outside"].map(addNamespace);
  for (const name of [pod, node, outside]) {
    const settings =
      "for f in all default; do echo 0 > /proc/sys/net/ipv6/conf/$f/accept_dad; echo 0 > /proc/sys/net/ipv4/conf/$f/rp_filter; done";
    runInside(name, ["sh", "-c", settings]);
  }
  const { ipv4, ipv6 } = POOLS;
  const add = (name: string, device: string, addresses: readonly string[]) =>
    addresses.map((address) => `-n ${name} addr add ${address} dev ${device}${address.includes(":") ? " nodad" : ""}`);
  ip(
    [
      `link add eth0 netns ${pod} type veth peer name pod0 netns ${node}`,
      ...["eth0", "eth1"].map((name) => `link add ${name} netns ${outside} type veth peer name ${name} netns ${node}`),
      ...add(pod, "eth0", [
        ...ipv4.sources.map((one) => `${one}/32`),
        ...ipv6.sources.map((one) => `${one}/128`),
        "10.244.0.100/24",
        "fd00:244::100/64",
      ]),
      ...add(node, "pod0", [`${NODE.ipv4.pod0}/24`, `${NODE.ipv6.pod0}/64`]),
      ...add(node, "eth0", [`${NODE.ipv4.eth0}/24`, `${NODE.ipv6.eth0}/64`]),
      ...add(node, "eth1", [`${NODE.ipv4.eth1}/24`, `${NODE.ipv6.eth1}/64`]),
      ...add(outside, "eth0", ["192.0.2.2/24", "2001:db8:1::2/64"]),
      ...add(outside, "eth1", ["198.51.100.2/24", "2001:db8:2::2/64"]),
      ...add(outside, "lo", [
        ...ipv4.destinations.map((one) => `${one}/32`),
        ...ipv6.destinations.map((one) => `${one}/128`),
      ]),
      `-n ${pod} link set eth0 up`,
      ...["pod0", "eth0", "eth1"].map((name) => `-n ${node} link set ${name} up`),
      ...["eth0", "eth1"].map((name) => `-n ${outside} link set ${name} up`),
      `-n ${pod} route add default via ${NODE.ipv4.pod0}`,
      `-n ${pod} -6 route add default via ${NODE.ipv6.pod0}`,
      `-n ${node} route add default via 192.0.2.2`,
      `-n ${node} -6 route add default via 2001:db8:1::2`,
      ...BEHIND_ETH1.map((one) =>
        one.includes(":")
          ? `-n ${node} -6 route add ${one} via 2001:db8:2::2`
          : `-n ${node} route add ${one} via 198.51.100.2`,
      ),
    ].join("\n"),
  );
  runInside(node, [
    "sh",
    "-c",
    "for f in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 > /proc/sys/net/$f; done",
  ]);

  const start = (name: string, code: string): ChildProcess => {
    const [file, args] = inside(name, [process.execPath, "-e", code]);
    return spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  };
  const [sender, receiver] = [start(pod, SEND), start(outside, RECEIVE)];
  const seen = new Map<string, string>();
  let arrived = () => {};
  const ready = new Promise<void>((done) => {
    if (receiver.stdout) {
      createInterface({ input: receiver.stdout }).on("line", (line) => {
        if (line === "ready") return done();
        const [id = "", address = ""] = line.split(" ");
        seen.set(id, address);
        arrived();
      });
    }
  });
  if (sender.stdout) {
    createInterface({ input: sender.stdout }).on("line", (line) => {
      throw new Error(`a packet could not be sent: ${line}`);
    });
  }
  await ready;
  let count = 0;
  return {
    node,
    see: async (flows, expected) => {
      const numbered = flows.map((flow) => ({ ...flow, id: `${++count}` }));
      const ids = numbered.map(({ id }) => id);
      const cameThrough = () => ids.filter((id) => seen.has(id)).length;
      await new Promise<void>((done) => {
        const late = setTimeout(done, expected === 0 ? 10 * SURPRISE : LOST);
        arrived = () => {
          if (expected === 0 || cameThrough() < expected) return;
          clearTimeout(late);
          setTimeout(done, SURPRISE);
        };
        sender.stdin?.write(`${JSON.stringify(numbered)}\n`);
      });
      return ids.map((id) => seen.get(id));
    },
    close: () => {
      for (const child of [sender, receiver]) child.kill("SIGKILL");
      for (const name of [pod, node, outside]) removeNamespace(name);
    },
  };
}
