// Which running agent a command follows, and which of its flags and config it uses.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseFlags } from "../../src/cli/flags.ts";
import {
  type AgentsHere,
  adoptAgent,
  describeAgent,
  isAgent,
  SeveralAgentsError,
} from "../../src/cli/running-agent.ts";
import { readHeldNames } from "../../src/host/index.ts";

/** Processes by their command lines, numbered from 1. Files of processes in other containers are below `/proc/PID/root`. */
function agentsHere(
  commands: readonly string[],
  { claims = [] as readonly string[], contained = false } = {},
): AgentsHere {
  return {
    processes: commands
      .map((command, i) => ({
        pid: i + 1,
        command: command.split(" "),
        pathOf: (file: string) => (contained ? `/proc/${i + 1}/root${file}` : file),
        holds: (inode: string) => inode === `${i + 1}`,
      }))
      .filter(({ command }) => isAgent(command)),
    // The socket of process 2 has inode 2.
    claims: claims.map((claim) => {
      const [chain = "", inode = ""] = claim.split(" ");
      return { chain, inode };
    }),
  };
}

const adopt = (line: string, here: AgentsHere) => {
  const [command = "", ...args] = line.split(" ");
  return adoptAgent(parseFlags(args), command, here);
};

test("the line that says what is used", () => {
  const node = "/nodejs/bin/node --v8-pool-size=1 /app/ip-masq-agent.mjs";
  const cases: [call: string, agent: string, said: string | undefined][] = [
    [
      "status",
      `${node} --masq-chain=MYMASQ --config /etc/config/x`,
      "using the flags and config of the agent on this node (pid 1): --masq-chain=MYMASQ --config=/etc/config/x",
    ],
    [
      "plan",
      "/ip-masq-agent -masq-chain MYMASQ -enable-ipv6 --nomasq-all-reserved-ranges=false --logtostderr -v=2",
      "using the flags and config of the agent on this node (pid 1): --masq-chain=MYMASQ --enable-ipv6=true --nomasq-all-reserved-ranges=false --config=/etc/config/ip-masq-agent",
    ],
    [
      "status",
      "/bin/deno run --v8-flags=--optimize-for-size --allow-read=/etc,/app/ip-masq-agent.mjs /app/ip-masq-agent.mjs run --config=/a --config=/b",
      "using the flags and config of the agent on this node (pid 1): --config=/a --config=/b",
    ],
    [
      "explain",
      `${node} --backend=nftables --metrics-bind-address=:9410 --cleanup-on-exit`,
      "using the flags and config of the agent on this node (pid 1): --config=/etc/config/ip-masq-agent",
    ],
    [
      "cleanup",
      `${node} --masq-chain=X --config=/a`,
      "using the flags of the agent on this node (pid 1): --masq-chain=X",
    ],
    ["cleanup", `${node} --config=/a --backend=iptables --iptables-variant=legacy`, undefined],
    [
      "status --config=mine",
      `${node} --to-ports=1-9 --config=/a`,
      "using the flags of the agent on this node (pid 1): --to-ports=1-9",
    ],
    [
      "plan --to-ports=1-5 --config=mine --iptables-variant=nft",
      `${node} --to-ports=1-9 --backend=nftables --nft-table=t`,
      undefined,
    ],
    [
      "preview",
      `${node} --backend=windows-cni --cni-config=/c`,
      "using the flags and config of the agent on this node (pid 1): --config=/etc/config/ip-masq-agent",
    ],
    ["status", "/usr/bin/node /app/ip-masq-agent.mjs status", undefined],
    ["status", "/usr/bin/node /app/ip-masq-agent.mjs --help", undefined],
    ["status", "/usr/bin/vim /app/ip-masq-agent.mjs", undefined],
    ["status", "sh -c ip-masq-agent", undefined],
    ["status", "", undefined],
  ];
  for (const [call, agent, said] of cases) {
    const { agent: adopted } = adopt(call, agentsHere([agent]));
    assert.is(adopted && describeAgent(adopted), said, `${call} next to ${agent}`);
  }
});

test("the resulting arguments of a call", () => {
  const here = agentsHere(["ip-masq-agent --masq-chain=X --config=/a --config=/b --v=4"]);
  const { args, agent } = adopt("status --exit-code", here);
  assert.equal([...args.flags].sort(), [
    ["config", "/b"],
    ["exit-code", "true"],
    ["masq-chain", "X"],
  ]);
  assert.equal(args.repeated.get("config"), ["/a", "/b"]);
  assert.ok(agent?.hasConfig);
  const contained = adopt("status", agentsHere(["ip-masq-agent"], { contained: true }));
  assert.equal(contained.args.repeated.get("config"), ["/proc/1/root/etc/config/ip-masq-agent"]);
});

test("several agents", () => {
  const two = ["ip-masq-agent --masq-chain=A", "ip-masq-agent --masq-chain=B --enable-ipv6"];
  assert.throws(
    () => adopt("status", agentsHere(two)),
    (error: Error) =>
      error instanceof SeveralAgentsError &&
      /with the chains A \(pid 1\), B \(pid 2\): choose one with --masq-chain/.test(error.message),
  );
  assert.equal(adopt("status --masq-chain=B", agentsHere(two)).agent?.pid, 2);
  assert.is(adopt("status --masq-chain=C", agentsHere(two)).agent, undefined);
  // Two pods of one DaemonSet for a moment: the one that claims the chain counts.
  const same = ["ip-masq-agent --to-ports=1-2", "ip-masq-agent --to-ports=3-4"];
  assert.is(adopt("status", agentsHere(same, { claims: ["IP-MASQ-AGENT 2"] })).agent?.pid, 2);
});

test("an agent whose flags cannot be read", () => {
  const cases: [call: string, here: AgentsHere, unread: RegExp | undefined][] = [
    [
      "status",
      agentsHere([], { claims: ["X 7"] }),
      /agent that maintains chain X on this node are not used: its process cannot be read/,
    ],
    ["status --masq-chain=Y", agentsHere([], { claims: ["X 7"] }), undefined],
    [
      "status",
      agentsHere(["ip-masq-agent --of-next-year"], { claims: ["X 1"] }),
      /\(pid 1\) are not used: flag provided but not/,
    ],
    ["status", agentsHere(["ip-masq-agent"], { claims: ["IP-MASQ-AGENT 1"] }), undefined],
  ];
  for (const [call, here, expected] of cases) {
    const { unread } = adopt(call, here);
    if (expected) assert.match(unread.join("\n"), expected, call);
    else assert.equal(unread, [], call);
  }
});

test("socket names as the kernel lists them", () => {
  const at = "@".repeat(60);
  const sockets = `Num       RefCount Protocol Flags    Type St Inode Path
000000008d50c2f8: 00000003 00000000 00000000 0001 03  1231
0000000098377400: 00000002 00000000 00010000 0001 01 42714 @ip-masq-agent/chain/MYMASQ${at}
0000000098377401: 00000003 00000000 00000000 0001 03 42799 @ip-masq-agent/chain/MYMASQ${at}
0000000098377402: 00000002 00000000 00010000 0001 01 42715 @ip-masq-agent/write/x${at}
0000000098377403: 00000002 00000000 00010000 0001 01 42716 /run/ip-masq-agent/chain/FILE
`;
  assert.equal(readHeldNames(sockets, "chain/"), [{ name: "chain/MYMASQ", inode: "42714" }]);
});

test.run();
