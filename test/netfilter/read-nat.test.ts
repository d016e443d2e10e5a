// The commands that read the hook, and what is reported as unseen if they fail.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type NatView, walk } from "../../src/netfilter/index.ts";
import { type NodeFacts, readNat } from "../../src/netfilter/read-nat.ts";
import { fakeFiles } from "../fake-files.ts";
import { type Step, scriptedRunner } from "../scripted-runner.ts";
import { comparedSteps, nftJson, outcomeText, PACKET, saveText, set } from "./views.ts";

const FACTS: NodeFacts = { files: fakeFiles({}), addresses: async () => [{ name: "eth0", address: "192.0.2.1" }] };
const NAMES = "/proc/net/ip_tables_names";
const NO_NFT: Step = { command: "nft -j list chains", fails: "missing" };

interface Seen {
  readonly view: NatView;
  readonly calls: readonly string[];
}

async function look(
  steps: readonly Step[],
  facts: Partial<NodeFacts> = {},
  families: readonly ("ipv4" | "ipv6")[] = ["ipv4"],
): Promise<Seen> {
  const { run, calls, left } = scriptedRunner(steps);
  const [view] = await readNat({ run }, families, { ...FACTS, ...facts });
  assert.equal(left(), []);
  return { view: view as NatView, calls };
}

const unseen = ({ view }: Seen) => view.unseen.map(({ tool, what, why }) => `${tool}: ${what}: ${why}`);
const outcome = ({ view }: Seen) => outcomeText(walk(view, PACKET));

const masquerade = { masquerade: null };
const natTable = { table: "nat", chains: { POSTROUTING: { priority: 100, rules: [[masquerade]] } } };

/** The commands that list one table, as JSON and as text. */
const listing = (table: string, json: string, text = ""): Step[] => [
  { command: `nft -j list table ${table}`, stdout: json },
  { command: `nft -a -s list table ${table}`, stdout: text },
];

test("table nat of iptables-nft is read by its own tool, and other tables by nft", async () => {
  const other = { family: "inet", table: "other", chains: { post: { priority: 110, rules: [[masquerade]] } } } as const;
  const chains = JSON.stringify({
    nftables: [
      natTable,
      other,
      { family: "ip6", table: "six", chains: { c: { priority: 100, rules: [] } } } as const,
    ].flatMap((one) => JSON.parse(nftJson(one)).nftables),
  });
  const seen = await look([
    { command: "nft -j list chains", stdout: chains },
    {
      command: "iptables-nft-save -t nat",
      stdout: saveText(["-A POSTROUTING -s 10.1.0.0/16 -j SNAT --to-source 192.0.2.9"]),
    },
    ...comparedSteps(["-A POSTROUTING -s 10.1.0.0/16"]),
    ...listing(
      "inet other",
      nftJson(other),
      "table inet other { # handle 1\n\tchain post { # handle 1\n\t\ttype nat hook postrouting priority 110; policy accept;\n\t\tmasquerade # handle 2\n\t}\n}\n",
    ),
  ]);
  assert.equal(unseen(seen), []);
  assert.is(outcome(seen), "masqueraded");
  assert.equal(
    seen.view.groups.map((group) => group.map(({ tool, chain, rules }) => `${tool} ${chain}: ${rules[0]?.text}`)),
    [["iptables-nft POSTROUTING: -s 10.1.0.0/16 -j SNAT --to-source 192.0.2.9"], ["nft post: masquerade"]],
  );
  assert.equal(seen.view.localAddresses, [...set("127.0.0.0/8"), ...set("192.0.2.1")]);
});

test("of a large table of iptables-nft only the chains that packets reach are read", async () => {
  const names = ["KUBE-POSTROUTING", ...Array.from({ length: 100 }, (_, i) => `KUBE-SVC-${i}`)];
  const chains = {
    POSTROUTING: { priority: 100, rules: [] },
    ...Object.fromEntries(names.map((name) => [name, { rules: [] }])),
  };
  const post = `-A POSTROUTING -m comment --comment "not -j KUBE-SVC-7 of old" -j KUBE-POSTROUTING`;
  const kube = "-A KUBE-POSTROUTING -j MASQUERADE";
  const seen = await look([
    { command: "nft -j list chains", stdout: nftJson({ table: "nat", chains }) },
    { command: "iptables-nft -t nat -S POSTROUTING", stdout: `-P POSTROUTING ACCEPT\n${post}\n` },
    { command: "iptables-nft -t nat -S KUBE-SVC-7", stdout: "-N KUBE-SVC-7\n" },
    { command: "iptables-nft -t nat -S KUBE-POSTROUTING", stdout: `-N KUBE-POSTROUTING\n${kube}\n` },
    ...comparedSteps([post, kube], "one by one"),
  ]);
  assert.equal(unseen(seen), []);
  assert.is(outcome(seen), "masqueraded");
});

test("a table that iptables cannot show is read by nft, with the rules that iptables can show", async () => {
  const xt = { xt: { type: "match", name: "addrtype" } };
  const table = {
    table: "nat",
    chains: {
      POSTROUTING: {
        priority: 100,
        rules: [
          [xt, { jump: { target: "OWN" } }],
          [{ match: { op: "==", left: { meta: { key: "oifname" } }, right: "eth0" } }, masquerade],
        ],
      },
      OWN: { rules: [[xt, { accept: null }]] },
    },
  };
  const seen = await look([
    { command: "nft -j list chains", stdout: nftJson(table) },
    { command: "iptables-nft-save -t nat", stdout: "# Table `nat' is incompatible, use 'nft' tool.\n" },
    { command: "nft -j list table ip nat", stdout: nftJson(table) },
    ...listing("ip nat", nftJson(table)),
    {
      command: "iptables-nft -t nat -S POSTROUTING",
      stderr: "chain `POSTROUTING' in table `nat' is incompatible",
      exit: 1,
    },
    {
      command: "iptables-nft -t nat -S POSTROUTING 1",
      stdout: "-A POSTROUTING -m addrtype ! --dst-type LOCAL -j OWN\n",
    },
    { command: "iptables-nft -t nat -S OWN", stdout: "-N OWN\n-A OWN -m addrtype --dst-type LOCAL -j ACCEPT\n" },
  ]);
  assert.is(outcome(seen), "masqueraded");
  assert.equal(
    seen.view.groups[0]?.[0]?.rules.map(({ text, handle }) => [text.slice(0, 12), handle]),
    [
      ["-m addrtype ", 3],
      ['[{"match":{"', 4],
    ],
  );
  // Without iptables the same rules are unknown.
  const without = await look([
    { command: "nft -j list chains", stdout: nftJson(table) },
    { command: "iptables-nft-save -t nat", fails: "missing" },
    { command: "nft -j list table ip nat", stdout: nftJson(table) },
    ...listing("ip nat", nftJson(table)),
    ...["POSTROUTING", "POSTROUTING 1", "OWN", "OWN 1"].map(
      (what): Step => ({ command: `iptables-nft -t nat -S ${what}`, fails: "missing" }),
    ),
  ]);
  assert.is(outcome(without), "maybe kept|masqueraded");
});

test("a table that iptables shows incorrectly is read by nft too", async () => {
  const range = { range: ["10.244.0.1", "10.244.0.9"] };
  const returns = [
    { match: { op: "==", left: { payload: { protocol: "ip", field: "saddr" } }, right: range } },
    { return: null },
  ];
  const table = {
    table: "nat",
    chains: { POSTROUTING: { priority: 100, rules: [returns, [{ xt: { type: "target", name: "MASQUERADE" } }]] } },
  };
  const shown = "-A POSTROUTING -s 10.244.0.9/32 -j RETURN\n-A POSTROUTING -j MASQUERADE\n";
  const seen = await look([
    { command: "nft -j list chains", stdout: nftJson(table) },
    { command: "iptables-nft-save -t nat", stdout: saveText(shown.trim().split("\n")) },
    { command: "nft -j list table ip nat", stdout: nftJson(table) },
    ...listing("ip nat", nftJson(table)),
    { command: "iptables-nft -t nat -S POSTROUTING", stdout: `-P POSTROUTING ACCEPT\n${shown}` },
  ]);
  assert.is(outcome(seen), "kept");
  assert.is(outcomeText(walk(seen.view, { ...PACKET, source: set("10.244.1.1") })), "masqueraded");
});

test("a chain of another program in table nat is included", async () => {
  const table = {
    table: "nat",
    chains: { POSTROUTING: { priority: 100, rules: [] }, stranger: { priority: 90, rules: [[masquerade]] } },
  };
  const seen = await look([
    { command: "nft -j list chains", stdout: nftJson(table) },
    ...listing("ip nat", nftJson(table)),
  ]);
  assert.is(outcome(seen), "masqueraded");
});

test("a dormant table is not walked through", async () => {
  const table = { table: "t", chains: { c: { priority: 100, rules: [[masquerade]] } } };
  const text = "table ip t { # handle 1\n\tflags dormant\n\n\tchain c { # handle 1\n\t}\n}\n";
  assert.is(
    outcome(
      await look([{ command: "nft -j list chains", stdout: nftJson(table) }, ...listing("ip t", nftJson(table), text)]),
    ),
    "kept",
  );
});

test("of a large table only the chains and sets that packets reach are read", async () => {
  const lookup = { match: { op: "==", left: { payload: { protocol: "ip", field: "saddr" } }, right: "@pods" } };
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`svc-${i}`, { rules: [[masquerade]] }]));
  const chains = {
    post: { priority: 100, rules: [[lookup, { jump: { target: "x" } }]] },
    x: { rules: [[masquerade]] },
    ...many,
  };
  const part = (name: "post" | "x") => nftJson({ table: "big", chains: { [name]: chains[name] } });
  const one = (what: string, json: string): Step[] => [
    { command: `nft -j list ${what}`, stdout: json },
    { command: `nft -a -s list ${what}`, stdout: "" },
  ];
  const seen = await look([
    { command: "nft -j list chains", stdout: nftJson({ table: "big", chains }) },
    ...one("chain ip big post", part("post").replace('"right":"', '"right": "')),
    ...one("chain ip big x", part("x")),
    ...one(
      "set ip big pods",
      nftJson({ table: "big", chains: {}, sets: { pods: [{ prefix: { addr: "10.244.0.0", len: 16 } }] } }),
    ),
  ]);
  assert.is(outcome(seen), "masqueraded");
});

test("iptables-legacy is run only if the kernel already has its table", async () => {
  const none: Step = { command: "nft -j list chains", stdout: '{"nftables": []}' };
  assert.equal((await look([none], { files: fakeFiles({ [NAMES]: "filter\nmangle\n" }) })).view.groups, []);
  const legacy: Step = { command: "iptables-legacy-save -t nat", stdout: saveText(["-A POSTROUTING -j MASQUERADE"]) };
  const files = fakeFiles({ [NAMES]: "filter\nnat\n" });
  assert.is(outcome(await look([none, legacy], { files })), "masqueraded");
  const denied = fakeFiles({ [NAMES]: undefined });
  // If /proc cannot be read, iptables-nft shows whether there are such tables.
  const asked = (stderr: string): Step => ({ command: "iptables-nft-save -t raw", stderr });
  assert.equal(unseen(await look([none, asked("")], { files: denied })), []);
  const warning = "# Warning: iptables-legacy tables present, use iptables-legacy-save to see them";
  assert.is(outcome(await look([none, asked(warning), legacy], { files: denied })), "masqueraded");
  const missing: Step = { command: "iptables-nft-save -t raw", fails: "missing" };
  assert.equal(unseen(await look([none, missing], { files: denied })), [
    `iptables-legacy: table ip nat: ${NAMES}: permission denied`,
  ]);
  const failing: Step = { command: "iptables-legacy-save -t nat", exit: 1, stderr: "Permission denied" };
  assert.equal(unseen(await look([none, failing], { files })), [
    "iptables-legacy: table ip nat: needs root, or the capability NET_ADMIN in this network namespace\niptables-legacy-save -t nat: exit 1\n  | Permission denied",
  ]);
});

test("missing tools and privileges are reported, and make every answer a maybe", async () => {
  const save = (step: Partial<Step>): Step => ({ command: "iptables-nft-save -t nat", ...step });
  const seen = await look([NO_NFT, save({ stdout: saveText(["-A POSTROUTING -j MASQUERADE"]) })]);
  assert.equal(unseen(seen), ["nft: the chains of nftables: nft is not installed"]);
  assert.is(outcome(seen), "maybe masqueraded|unknown");
  assert.equal((await look([NO_NFT, save({ stdout: "" })])).view.groups, []);
  assert.equal(unseen(await look([NO_NFT, save({ fails: "missing" })])), [
    "nft: the chains of nftables: nft is not installed",
    "iptables-nft: table ip nat: iptables-nft-save is not installed",
  ]);
  const denied: Step = { command: "nft -j list chains", exit: 1, stderr: "Operation not permitted (you must be root)" };
  assert.match(
    unseen(await look([denied, save({ exit: 4, stderr: "Permission denied" })])).join("\n"),
    /you must be root[\s\S]*Permission denied/,
  );
  const table = { table: "t", chains: { c: { priority: 100, rules: [] } } };
  const gone: Step[] = [
    { command: "nft -j list chains", stdout: nftJson(table) },
    { command: "nft -j list table ip t", exit: 1, stderr: "No such file or directory" },
    { command: "nft -a -s list table ip t", exit: 1, stderr: "No such file or directory" },
  ];
  assert.match(unseen(await look(gone)).join("\n"), /^nft: table ip t: /);
  assert.match(
    unseen(
      await look([{ command: "nft -j list chains", stdout: "JSON support not compiled-in" }, save({ stdout: "" })]),
    ).join("\n"),
    /did not print JSON/,
  );
});

test.run();
