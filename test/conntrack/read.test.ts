// Reading connections: from the kernel's file, from the tool, and from neither.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Connection, ConntrackError, readConnections } from "../../src/conntrack/index.ts";
import { ToolError } from "../../src/host/index.ts";
import { errorOf } from "../error-of.ts";
import { type FakeNode, fakeConntrack, udp } from "./fake-conntrack.ts";

const denied = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
const THREE = ["10.244.0.2", "10.244.0.3", "10.244.0.4"].map((source) => udp(source, "203.0.113.10")).join("");

async function read(node: Parameters<typeof fakeConntrack>[0], limit?: number) {
  const found: Connection[] = [];
  const totals = await readConnections(
    fakeConntrack(node),
    (batch) => void found.push(...batch),
    limit === undefined ? {} : { limit, turn: 0 },
  );
  return { sources: found.map(({ original }) => original.source.slice(-1)).join(""), ...totals };
}

test("the file is used, however it is split; otherwise the tool", async () => {
  const all = { sources: "234", connections: 3, unreadable: 0, truncated: false };
  for (const piece of [1, 7, 100, 1 << 16]) assert.equal(await read({ file: THREE, piece }), all);
  assert.equal(await read({ file: THREE, tool: "" }), all);
  assert.equal(await read({ tool: THREE }), all);
  assert.equal(await read({ file: denied, tool: THREE, piece: 11 }), all);
  assert.equal(await read({ file: "" }), { sources: "", connections: 0, unreadable: 0, truncated: false });
});

test("lines that are not connections are counted, and a truncated line is one of them", async () => {
  const garbled = await read({ file: `${THREE}\nwhat\n${"x".repeat(100_000)}\n${udp("10.244.0.5", "1.1.1.1")}` });
  assert.equal([garbled.sources, garbled.unreadable], ["2345", 3]);
  const cut = await read({ file: THREE.slice(0, -40), piece: 50 });
  assert.equal([cut.sources, cut.unreadable], ["23", 1]);
});

test("reading stops at the limit", async () => {
  assert.equal(await read({ file: THREE }, 2), { sources: "23", connections: 2, unreadable: 0, truncated: true });
  assert.equal(await read({ file: THREE }, 3), { sources: "234", connections: 3, unreadable: 0, truncated: false });
});

const REFUSED = new ToolError("failed", "conntrack -L", 1, "Operation not permitted", "exit 1");
const KILLED = new ToolError("hung", "conntrack -L", null, "", "was killed");
const SUDO = "run the command with sudo, or in the agent's pod";
const INSTALL = "install the conntrack package (conntrack-tools on Fedora and Alpine)";

const UNREADABLE: readonly (readonly [node: FakeNode, message: readonly string[], remedy: string | undefined])[] = [
  [
    {},
    ["cannot read this node's connections", "/proc/net/nf_conntrack: file not found", "conntrack: not found in PATH"],
    INSTALL,
  ],
  [
    { file: denied, tool: REFUSED },
    [
      "needs root or the capability NET_ADMIN to read this node's connections",
      "/proc/net/nf_conntrack: permission denied",
      "conntrack -L: exit 1",
      "  | Operation not permitted",
    ],
    SUDO,
  ],
  [
    { file: denied },
    [
      "needs root to read this node's connections",
      "/proc/net/nf_conntrack: permission denied",
      "conntrack: not found in PATH",
    ],
    SUDO,
  ],
  [
    { tool: KILLED },
    ["cannot read this node's connections", "/proc/net/nf_conntrack: file not found", "conntrack -L: was killed"],
    undefined,
  ],
];

test("the error begins with what is missing, followed by the evidence, and has a remedy", async () => {
  for (const [node, message, remedy] of UNREADABLE) {
    const error = await errorOf(read(node));
    assert.instance(error, ConntrackError);
    assert.is(error.message, message.join("\n"));
    assert.is((error as ConntrackError).remedy, remedy);
  }
});

test.run();
