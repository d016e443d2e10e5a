// The output of nft for one chain.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readNftChain, UnreadableDumpError } from "../../../src/backends/iptables/index.ts";

const xt = (name: string, type = "match") => ({ xt: { type, name } });
const counter = { counter: { packets: 3, bytes: 180 } };
const jump = { jump: { target: "OURS" } };
const field = (protocol: string, name: string) => ({ payload: { protocol, field: name } });
const is = (left: object, right: unknown) => ({ match: { op: "==", left, right } });

function read(...rules: object[][]) {
  const items = rules.map((expr, i) => ({ rule: { handle: i + 1, expr } }));
  return readNftChain(JSON.stringify({ nftables: [{ metainfo: {} }, { chain: {} }, ...items] }), "", "OURS");
}

test("the rules that iptables can show", () => {
  const cases: [boolean, object[]][] = [
    [true, [xt("comment"), xt("addrtype"), counter, jump]],
    [true, [is(field("ip", "daddr"), { prefix: { addr: "10.0.0.0", len: 8 } }), counter, { return: null }]],
    [true, [is({ meta: { key: "l4proto" } }, "tcp"), xt("statistic"), counter, xt("MASQUERADE", "target")]],
    [true, [is({ "&": [{ meta: { key: "mark" } }, 255] }, 1), { accept: null }]],
    [true, [{ log: { group: 1 } }]],
    [false, [{ log: { prefix: "x" } }]],
    [false, [is({ meta: { key: "oifname" } }, "eth0"), counter, { masquerade: null }]],
    [false, [is(field("ip", "saddr"), { set: ["1.2.3.4", "5.6.7.8"] }), { accept: null }]],
    [false, [is(field("ip", "saddr"), "@known"), { accept: null }]],
    [false, [is({ ct: { key: "mark" } }, 5), jump]],
    [false, [is({ meta: { key: "cgroup" } }, 5), jump]],
    [false, [{ mangle: { key: { meta: { key: "mark" } }, value: 5 } }]],
    [false, [{ snat: { addr: { map: {} } } }]],
  ];
  for (const [known, expressions] of cases) assert.is(read(expressions)[0]?.known, known, JSON.stringify(expressions));
});

test("the rules that lead to the chain, and how", () => {
  const map = (target: string) => ({
    vmap: { key: field("ip", "daddr"), data: { set: [["1.2.3.4", { jump: { target } }]] } },
  });
  const found = read(
    [jump],
    [{ goto: { target: "OURS" } }],
    [{ jump: { target: "OTHER" } }],
    [map("OURS")],
    [map("OTHER")],
  );
  assert.equal(
    found.map(({ leads }) => leads),
    ["jump", "jump", undefined, "map", undefined],
  );
});

test("jumps whose only matches are those of iptables", () => {
  const found = read(
    [xt("comment"), counter, jump],
    [counter, jump],
    [is(field("ip", "saddr"), "1.2.3.4"), xt("comment"), jump],
  );
  assert.equal(
    found.map(({ opaque }) => opaque),
    [true, false, false],
  );
});

test("counters come from the JSON", () => {
  const [counted, without] = read([counter, jump], [jump]);
  assert.equal([counted?.packets, counted?.bytes], [3n, 180n]);
  assert.equal([without?.packets, without?.bytes], [0n, 0n]);
});

const LISTING = `# Warning: table ip nat is managed by iptables-nft, do not touch!
table ip nat {
	chain POSTROUTING { # handle 5
		type nat hook postrouting priority srcnat; policy accept;
		 fib daddr type != local counter jump OURS # handle 6
		ip saddr { 1.2.3.4,
			   5.6.7.8 } masquerade comment "one
two" # handle 8
	}
}
`;

test("the text of a rule comes from the listing, however many lines it has", () => {
  const items = [6, 8, 9].map((handle) => ({ rule: { handle, expr: [jump] } }));
  const texts = readNftChain(JSON.stringify({ nftables: items }), LISTING, "OURS").map(({ text }) => text);
  assert.is(texts[0], "fib daddr type != local counter jump OURS");
  assert.is(texts[1], 'ip saddr { 1.2.3.4, 5.6.7.8 } masquerade comment "one two"');
  assert.is(texts[2], '[{"jump":{"target":"OURS"}}]', "one that has come since the listing was made");
});

test("output that is not nft's JSON is refused", () => {
  for (const json of [
    "",
    "<html>",
    "{}",
    '{"nftables":[{"rule":{"handle":1}}]}',
    '{"nftables":[{"rule":{"expr":[]}}]}',
  ]) {
    assert.throws(
      () => readNftChain(json, "", "OURS"),
      (error: unknown) => error instanceof UnreadableDumpError,
      json,
    );
  }
});

test.run();
