// Reading connections: from the kernel's file, from the tool, and from neither.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Connection, ConntrackError, readConnections } from "../../src/conntrack/index.ts";
import { ToolError } from "../../src/host/index.ts";
import { fakeConntrack, udp } from "./fake-conntrack.ts";

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

test("the error shows why neither can be read, and what to do", async () => {
  const told = async (node: Parameters<typeof fakeConntrack>[0]) => {
    try {
      await read(node);
    } catch (error) {
      assert.instance(error, ConntrackError);
      return (error as Error).message;
    }
    return "";
  };
  assert.match(
    await told({}),
    /nf_conntrack: file not found; conntrack .*not found\nrun as root, or install the conntrack/,
  );
  assert.match(await told({ file: denied }), /nf_conntrack: permission denied; /);
  const refused = new ToolError("failed", "conntrack -L", 1, "Operation not permitted", "exit 1");
  assert.match(await told({ tool: refused }), /exit 1[\s\S]*Operation not permitted\nrun as root or with .*NET_ADMIN/);
});

test.run();
