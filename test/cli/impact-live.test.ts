// impact --live: output for people and for programs.
import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFlags, UsageError } from "../../src/cli/flags.ts";
import { formatBytes, impactLive } from "../../src/cli/impact-live.ts";
import { settingsOf } from "../../src/cli/settings.ts";
import { ConntrackError } from "../../src/conntrack/index.ts";
import { describeError } from "../../src/errors/index.ts";
import { type FakeNode, fakeConntrack, tcp, udp } from "../conntrack/fake-conntrack.ts";
import { withFolder } from "../kernel/harness.ts";
import { capturedIo } from "./captured-io.ts";

const LINES = [
  udp("10.244.0.2", "203.0.113.10", { snat: "192.0.2.1", rest: "packets=1 bytes=1500" }),
  udp("10.244.0.3", "203.0.113.10", { snat: "192.0.2.1", rest: "packets=1 bytes=500" }),
  tcp("ESTABLISHED", "10.244.0.2", "10.96.0.1", { dnat: "203.0.113.11", snat: "192.0.2.1" }),
  tcp("ESTABLISHED", "fd00:0000:0000:0000:0000:0000:0000:0002", "2001:db8::5"),
  udp("10.244.0.2", "10.1.1.1", { snat: "192.0.2.1" }),
  udp("192.0.2.1", "203.0.113.10"),
  tcp("TIME_WAIT", "10.244.0.2", "203.0.113.10", { snat: "192.0.2.1" }),
].join("");

/** The output to both streams. */
async function call(args: readonly string[], node: FakeNode, words: readonly string[] = []) {
  return withFolder(async (folder) => {
    writeFileSync(`${folder}/old.yaml`, "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
    writeFileSync(`${folder}/new.yaml`, "nonMasqueradeCIDRs: [10.0.0.0/8, 203.0.113.0/24]\n");
    const { io, printed } = capturedIo();
    const flags = args.map((arg) => arg.replace("@", `${folder}/`));
    const settings = settingsOf(parseFlags(["--live", "--enable-ipv6", ...flags]));
    assert.is(await impactLive(settings, words, io, fakeConntrack(node)), 0);
    return printed().replaceAll(`${folder}/`, "");
  });
}

test("connections that would change, that have changed, and that do not count", async () => {
  const text = await call(["--config=@old.yaml", "--to=@new.yaml"], { file: `${LINES}what\n` });
  assert.is(
    text,
    `3  - masquerade: no entry contains it
   + keep: 203.0.113.0/24  new.yaml:1:34 (2.0 kB)
     udp 10.244.0.2:4000 > 203.0.113.10:53, seen as 192.0.2.1
     udp 10.244.0.3:4000 > 203.0.113.10:53, seen as 192.0.2.1
     tcp 10.244.0.2:4000 > 203.0.113.11:53 by 10.96.0.1:53, seen as 192.0.2.1
3 of 5 open connections would get a different verdict, 2.0 kB so far
The kernel decides at the first packet: open connections stay as they are until they end.

2 of 5 open connections are not treated as the old config says:
1  masquerade: no entry contains it
     tcp [fd00::2]:4000 > [2001:db8::5]:53
1  keep: 10.0.0.0/8  old.yaml:1:22
     udp 10.244.0.2:4000 > 10.1.1.1:53, seen as 192.0.2.1
Not counted: 1 opened by the node itself, 1 already closed
lines that are not a connection: 1
`,
  );
});

test("without --to, the state of the connections", async () => {
  const right = udp("10.244.0.2", "203.0.113.10", { snat: "192.0.2.1" });
  assert.is(
    await call(["--config=@old.yaml"], { file: right }),
    "1 of 1 open connections are treated as the config says\n",
  );
  assert.is(
    await call(["--from=@new.yaml"], { file: right }),
    `1 of 1 open connections are not treated as the config says:
1  keep: 203.0.113.0/24  new.yaml:1:34
     udp 10.244.0.2:4000 > 203.0.113.10:53, seen as 192.0.2.1
`,
  );
});

test("JSON output", async () => {
  const data = JSON.parse(await call(["--config=@old.yaml", "--to=@new.yaml", "--output=json"], { file: LINES }));
  assert.equal(
    [data.connections, data.judged, data.changed, data.mayChange, data.old, data.unreadableLines],
    [7, 5, 3, 0, 2, 0],
  );
  assert.equal(data.apart, { own: 1, local: 0, closed: 1, zoned: 0, unreadable: 0 });
  const [change] = data.changes;
  assert.equal([change.connections, change.bytes, change.old, change.to.verdict], [3, 2000, 2, "keep"]);
  assert.equal(change.examples[2], {
    family: "ipv4",
    protocol: "tcp",
    source: "10.244.0.2:4000",
    destination: "10.96.0.1:53",
    redirectedTo: "203.0.113.11:53",
    seenAs: "192.0.2.1",
    state: "ESTABLISHED",
    bytes: null,
  });
  assert.equal(
    data.misplaced.map(({ connections }: { connections: number }) => connections),
    [1, 1],
  );
});

test("wrong usage, and connections that cannot be read", async () => {
  const fails = async (
    args: readonly string[],
    node: FakeNode,
    kind: new (message: string) => Error,
    shown: RegExp,
    words?: string[],
  ) => {
    try {
      await call(args, node, words);
    } catch (error) {
      assert.instance(error, kind);
      return assert.match(describeError(error), shown);
    }
    assert.unreachable(args.join(" "));
  };
  await fails(["--to=@new.yaml"], { file: "" }, UsageError, /takes no FILE/, ["flows.txt"]);
  await fails(["--key=dst"], { file: "" }, UsageError, /remove --field, --key/);
  await fails(["--from=@old.yaml", "--config=@old.yaml"], { file: "" }, UsageError, /both name the old config/);
  await fails(["--config=@old.yaml"], {}, ConntrackError, /cannot read this node's connections/);
  await fails(["--config=@old.yaml"], { file: LINES, own: undefined }, ConntrackError, /--allow-sys=networkInterfaces/);
});

test("sizes", () => {
  const cases = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [1_250_000, "1.3 MB"],
    [5e15, "5.0 PB"],
    [5e18, "5000.0 PB"],
  ] as const;
  for (const [bytes, expected] of cases) assert.is(formatBytes(bytes), expected);
});

test.run();
