// Other programs' rules, as the tools print them: they are parsed, and a packet is walked through them.
import {
  NftJsonError,
  NoNatTableError,
  readNftItems,
  readNftTable,
  readXtables,
  walk,
} from "../../src/netfilter/index.ts";
import { randomIptables } from "../../test/netfilter/random-nat.ts";
import { type iptables, nftJson, outcomeText, PACKET, saveText, viewOf } from "../../test/netfilter/views.ts";
import { randomOf } from "../../test/random-of.ts";
import type { Target } from "./target.ts";

type Chains = ReturnType<typeof iptables>;

/** A walk must produce an answer, whatever the rules are. */
function walked(chains: readonly Chains[]): string {
  return outcomeText(walk(viewOf(chains), PACKET)).replace(/ \d.*/, "");
}

export const xtables: Target = {
  name: "xtables",
  batch: 1000,
  seeds: () => [
    saveText([
      "-A POSTROUTING -s 10.244.0.0/16 ! -o docker0 -j MASQUERADE",
      "-A POSTROUTING -j FLANNEL",
      "-A FLANNEL -j RETURN",
    ]),
    ...Array.from({ length: 8 }, (_, i) => randomIptables({ random: randomOf(i), family: "ipv4" })),
  ],
  dictionary: [
    ...[
      "-A POSTROUTING ",
      "-j ",
      "-g ",
      "MASQUERADE",
      "RETURN",
      "ACCEPT",
      "SNAT --to-source 1.2.3.4",
      "-m mark --mark 0x1/0x1 ",
    ],
    ...[
      "! ",
      "-s 10.0.0.0/8 ",
      "-d ",
      "-o eth+ ",
      "-p udp ",
      "-m comment --comment ",
      '"',
      "\\",
      "--dport 1:2 ",
      "0x",
      "\n",
      "COMMIT",
    ],
  ],
  run: (input) => {
    try {
      return walked([readXtables(input, { tool: "iptables-nft", family: "ipv4" })]);
    } catch (error) {
      if (error instanceof NoNatTableError) return "no table";
      throw error;
    }
  },
};

const MATCH = (key: string, right: unknown) => ({
  match: { op: "==", left: { payload: { protocol: "ip", field: key } }, right },
});

export const nft: Target = {
  name: "nft",
  batch: 2000,
  seeds: () => [
    nftJson({
      chains: {
        post: {
          priority: 100,
          rules: [
            [MATCH("saddr", { prefix: { addr: "10.244.0.0", len: 16 } }), { masquerade: null }],
            [{ jump: { target: "c" } }],
          ],
        },
        c: {
          rules: [
            [MATCH("daddr", "@s"), { return: null }],
            [{ vmap: { key: { meta: { key: "mark" } }, data: { set: [[1, { drop: null }]] } } }],
          ],
        },
      },
      sets: { s: ["10.0.0.1", { range: ["10.0.0.5", "10.0.0.9"] }, { prefix: { addr: "10.99.0.0", len: 16 } }] },
    }),
    nftJson({
      family: "inet",
      chains: {
        post: {
          priority: 0,
          rules: [
            [
              { mangle: { key: { meta: { key: "mark" } }, value: { "|": [{ meta: { key: "mark" } }, 4] } } },
              { snat: { addr: "1.2.3.4" } },
            ],
          ],
        },
      },
    }),
  ],
  dictionary: [
    ...[
      '{"masquerade":null}',
      '{"accept":null}',
      '{"jump":{"target":"c"}}',
      '{"goto":{"target":"post"}}',
      '"op":"!="',
      '"in"',
      "null",
    ],
    ...[
      '{"match":',
      '"left":',
      '"right":',
      '"prefix":',
      '"len":',
      '"range":',
      '"set":',
      '"@s"',
      "[",
      "]",
      "{",
      "}",
      ",",
      "-1",
      "1e400",
    ],
  ],
  run: (input) => {
    try {
      const items = readNftItems([input]);
      const sources = [
        { tool: "nft", family: "ip", table: "t", packets: "ipv4" },
        { tool: "nft", family: "inet", table: "t", packets: "ipv4" },
      ] as const;
      const chains = sources.flatMap((source) => readNftTable(items, source));
      return `${chains.length} ${walked(chains)}`;
    } catch (error) {
      if (error instanceof NftJsonError) return "not nft's JSON";
      throw error;
    }
  },
};
