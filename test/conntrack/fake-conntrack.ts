// A node with connections in memory.
import type { ConntrackHost } from "../../src/conntrack/index.ts";
import { type LocalAddress, type Runner, ToolError } from "../../src/host/index.ts";
import { runOf } from "../scripted-runner.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** The node's addresses: its main address, a second one, and that of its pod bridge. */
export const OWN: readonly LocalAddress[] = [
  { name: "lo", address: "127.0.0.1", cidr: "127.0.0.1/8", primary: true },
  { name: "eth0", address: "192.0.2.1", cidr: "192.0.2.1/24", primary: true },
  { name: "eth0", address: "192.0.2.50", cidr: "192.0.2.50/24", primary: false },
  { name: "cni0", address: "10.244.0.1", cidr: "10.244.0.1/24", primary: true },
  { name: "eth0", address: "2001:db8:1::1", cidr: "2001:db8:1::1/64", primary: true },
];

export interface FakeNode {
  /** The content of /proc/net/nf_conntrack; undefined: the file does not exist. */
  readonly file?: string | NodeJS.ErrnoException;
  /** The output of the tool; undefined: the tool is missing. */
  readonly tool?: string | ToolError;
  /** The size of a piece, in bytes. */
  readonly piece?: number;
  readonly own?: readonly LocalAddress[] | undefined;
  readonly run?: Runner;
}

function* cut(text: string, size: number): Generator<Uint8Array> {
  const bytes = encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function fakeConntrack(node: FakeNode): ConntrackHost {
  const { file, tool, piece = 1 << 16, run } = node;
  const own = "own" in node ? node.own : OWN;
  return {
    run: run ?? (async (name, args) => runOf([name, ...args].join(" "), {})),
    addresses: async () => own,
    pieces: () => {
      if (file === undefined) throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
      if (typeof file !== "string") throw file;
      return cut(file, piece);
    },
    stream: async function* (name, args) {
      if (tool === undefined) throw new ToolError("missing", [name, ...args].join(" "), null, "", "not found");
      if (typeof tool !== "string") throw tool;
      yield* cut(tool, piece);
    },
  };
}

/** A line in /proc for a udp connection; `dnat` is where a service sends it, `snat` the source that the destination sees. */
export function udp(
  source: string,
  destination: string,
  more: { snat?: string; dnat?: string; rest?: string } = {},
): string {
  return connection("udp      17 28", source, destination, more);
}

/** The same for tcp in a given state. */
export function tcp(
  state: string,
  source: string,
  destination: string,
  more: { snat?: string; dnat?: string; rest?: string } = {},
): string {
  return connection(`tcp      6 100 ${state}`, source, destination, more);
}

function connection(
  protocol: string,
  source: string,
  destination: string,
  { snat = source, dnat = destination, rest = "zone=0" }: { snat?: string; dnat?: string; rest?: string },
): string {
  const family = source.includes(":") ? "ipv6     10" : "ipv4     2";
  const ports = (a: number, b: number) => `sport=${a} dport=${b}`;
  return `${family} ${protocol} src=${source} dst=${destination} ${ports(4000, 53)} src=${dnat} dst=${snat} ${ports(53, 4000)} mark=0 ${rest} use=2\n`;
}
