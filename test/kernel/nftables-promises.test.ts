// The promises in docs/architecture.md for an nftables table: all or nothing, repaired, and only our own.
import { spawn } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { kubeRules } from "../../bench/kube-rules.mjs";
import { inside, runInside } from "../../demo/network.mjs";
import { numbersBelow } from "../core/slow.ts";
import { agent, configFlag, kernelTest, PLACES, RUNTIMES, restore, run, withNode } from "./harness.ts";
import { kubeProxyTable } from "./kube-proxy-nft.ts";
import { withLoop } from "./loop.ts";
import { backendIn, FAMILIES, listRuleset, listTable, nft, policyOfText, TABLE, uncounted } from "./nft.ts";

const MANY = Array.from({ length: 50 }, (_, i) => `172.16.${i * 2}.0/24`);

/** Each config differs from the previous one: only in elements, in a whole list, or in its chains and sets. */
const CONFIGS = [
  "nonMasqueradeCIDRs: [10.0.0.0/8, 192.168.0.0/16]\n",
  "nonMasqueradeCIDRs: [10.0.0.0/8, 192.168.0.0/17, 100.64.0.0/10]\nmasqLinkLocal: true\n",
  `nonMasqueradeCIDRs: [10.0.0.0/8, ${MANY.join(", ")}]\n`,
  "nonMasqueradeCIDRs: [10.0.0.0/8]\nsourceCIDRs: [10.244.0.0/16]\noutputInterfaces: [eth0]\nenforceNonMasquerade: true\n",
];

/** A listing as JSON, without values that change by themselves: handles and counters. */
const settledJson = (text: string) =>
  JSON.stringify(
    JSON.parse(text).nftables.filter((one: object) => !("metainfo" in one)),
    (key, value) => (key === "handle" || key === "packets" || key === "bytes" ? undefined : value),
  );

kernelTest("while tables are written and writers are killed, every reader sees a complete table", () =>
  withNode(async (node, folder) => {
    const place = ["table", "ip", TABLE];
    const steps = CONFIGS.map((text, i) => {
      return ["apply", ...PLACES.nftables, configFlag(folder, text, `${i}.yaml`)];
    });
    const readers = [
      { args: ["list", ...place], read: uncounted },
      { args: ["-j", "list", ...place], read: settledJson },
    ].map((reader) => ({ ...reader, whole: new Set<string>(), seen: new Set<string>() }));
    const look = async ({ args, read }: (typeof readers)[number]) => {
      const [file, rest] = inside(node, ["nft", ...args]);
      const { exit, stdout, stderr } = await run([file, ...rest]);
      assert.is(exit, 0, stderr);
      return read(stdout);
    };
    for (const step of steps) {
      assert.is((await agent(node, step)).exit, 0);
      for (const reader of readers) reader.whole.add(await look(reader));
    }
    assert.equal(
      readers.map(({ whole }) => whole.size),
      [steps.length, steps.length],
    );
    let looks = 0;
    let isWriting = true;
    const watch = async (reader: (typeof readers)[number]) => {
      for (; isWriting; looks++) {
        const seen = await look(reader);
        assert.ok(reader.whole.has(seen), `a reader saw:\n${seen}`);
        reader.seen.add(seen);
      }
    };
    const write = async () => {
      const below = numbersBelow(5);
      try {
        for (let round = 0; round < 25; round++) {
          const step = steps[below(steps.length)] ?? [];
          const [file, args] = inside(node, [...RUNTIMES.node, ...step]);
          const child = spawn(file, args, { stdio: "ignore" });
          const closed = new Promise((done) => child.on("close", done));
          // Every second one runs to its end.
          const mercy = round % 2 === 0 ? closed : new Promise((done) => setTimeout(done, 60 + below(150)));
          await Promise.race([closed, mercy]);
          child.kill("SIGKILL");
          await closed;
        }
      } finally {
        isWriting = false;
      }
    };
    await Promise.all([write(), ...readers.map(watch)]);
    assert.ok(looks > 100, `only ${looks} looks`);
    for (const { seen } of readers) assert.ok(seen.size > 2, `only ${seen.size} different tables were seen`);
  }),
);

const AT = `ip ${TABLE}`;

/** Changes that other programs make to our table. */
const DAMAGES: Readonly<Record<string, string>> = {
  "everything flushed": "flush ruleset",
  "the table deleted": `delete table ${AT}`,
  "an element deleted": `delete element ${AT} destinations { 192.168.0.0/16 }`,
  "an element added": `add element ${AT} destinations { 8.8.8.8 : return }`,
  "another verdict": `delete element ${AT} destinations { 192.168.0.0/16 }\nadd element ${AT} destinations { 192.168.0.0/16 : goto masq }`,
  "an element split":
    `delete element ${AT} destinations { 10.0.0.0/8 }\n` +
    `add element ${AT} destinations { 10.0.0.0/9 : return, 10.128.0.0/9 : return }`,
  "a verdict of their own": `delete element ${AT} destinations { 10.0.0.0/8 }\nadd element ${AT} destinations { 10.0.0.0/8 : drop }`,
  "an element that kept binds deleted": `delete element ${AT} kept { 10.0.0.0/8 }`,
  "a source added": `add element ${AT} sources { 10.9.0.0/16 }`,
  "the map flushed": `flush map ${AT} destinations`,
  "a rule added in front": `insert rule ${AT} postrouting ip daddr 1.2.3.4 accept`,
  "a rule added behind": `add rule ${AT} masq counter`,
  "a chain flushed": `flush chain ${AT} postrouting`,
  "a base chain deleted": `flush chain ${AT} postrouting\ndelete chain ${AT} postrouting`,
  "another policy of a base chain": `add chain ${AT} postrouting { type nat hook postrouting priority srcnat + 10; policy drop; }`,
  "another priority of a base chain":
    `flush chain ${AT} enforce\ndelete chain ${AT} enforce\n` +
    `add chain ${AT} enforce { type nat hook postrouting priority srcnat + 5; }\n` +
    `add rule ${AT} enforce ct status dnat return`,
  "a chain added": `add chain ${AT} theirs`,
  "a base chain added": `add chain ${AT} theirs { type filter hook forward priority 0; policy drop; }`,
  "a set added": `add set ${AT} theirs { type ipv4_addr; elements = { 1.2.3.4 }; }`,
  "a map added": `add map ${AT} theirs { type ipv4_addr : mark; }`,
  "a counter object added": `add counter ${AT} theirs`,
  "a comment with a comma and a brace": `add element ${AT} destinations { 8.8.8.8 comment "a, b }" : return }`,
  "a comment of several lines": `add rule ${AT} masq accept comment "a\n\t}\n}\n\tchain b {"`,
  "a table whose listing has no end": `delete table ${AT}\nadd table ${AT} { comment "a\n\tchain b {\n"; }`,
  "the table dormant": `add table ${AT} { flags dormant; }`,
};

const WANTED =
  "nonMasqueradeCIDRs: [10.0.0.0/8, 192.168.0.0/16]\nsourceCIDRs: [10.244.0.0/16]\nenforceNonMasquerade: true\n";

kernelTest("the next sync finds and repairs every change to the table by other programs", () =>
  withNode(async (node) => {
    const backend = backendIn(node);
    const [policy] = policyOfText(WANTED);
    if (!policy) throw new Error("no policy");
    await backend.sync(policy);
    const whole = uncounted(listTable(node));
    for (const [name, text] of Object.entries(DAMAGES)) {
      nft(node, text);
      assert.ok(await backend.plan(policy), `${name}: found`);
      let drift = "";
      const written = await backend.sync(policy, {
        inForce: [policy],
        drifted: ({ changes }) => {
          drift = changes.flatMap(({ op, line }) => (op === "keep" ? [] : [`${op} ${line}`])).join("\n");
        },
      });
      assert.ok(written, name);
      assert.match(drift, /^(add|remove) /, name);
      assert.is(uncounted(listTable(node)), whole, `${name}\n${drift}`);
      assert.is(await backend.plan(policy), undefined, name);
    }
  }),
);

kernelTest("the agent repairs changes to the table by other programs, and reports them", () =>
  withNode(async (node, folder) => {
    const flag = configFlag(folder, `${WANTED}resyncInterval: 100ms\n`);
    await withLoop(node, ["--enable-ipv6", ...PLACES.nftables, flag], async (loop) => {
      const isWritten = () => FAMILIES.every((family) => listTable(node, family) !== "");
      await loop.until(isWritten, "the first sync");
      const whole = uncounted(listTable(node));
      const repairs = () => loop.log().match(/drift is repaired/g)?.length ?? 0;
      for (const [name, text] of Object.entries(DAMAGES)) {
        const before = repairs();
        nft(node, text);
        await loop.until(() => uncounted(listTable(node)) === whole && repairs() > before, name);
        await loop.until(isWritten, `${name}, the other family`);
      }
      assert.match(loop.log(), /ipv4: the rules and elements were modified by /);
      assert.match(loop.log(), /another program keeps changing table ip ip-masq-agent/);
      assert.is((await loop.stop("SIGTERM")).exit, 0);
    });
  }),
);

kernelTest("other programs' tables stay the same, byte for byte", () =>
  withNode(async (node, folder) => {
    for (const family of FAMILIES) {
      nft(node, kubeProxyTable(200, family));
      restore(node, "nft", kubeRules(100, 2, family), family);
    }
    nft(
      node,
      `table inet theirs { set s { type ipv4_addr; flags interval, timeout; elements = { 10.0.0.0/8 timeout 1d }; }
       chain c { type nat hook postrouting priority srcnat + 10; ip daddr @s accept; }; }
       table ip ${TABLE}-2 { chain ${TABLE} { }; map destinations { type ipv4_addr : verdict; flags interval; }; }`,
    );
    // A timeout runs down, so its value differs at each read.
    const others = () => listRuleset(node, { others: true }).replace(/expires \w+/g, "expires");
    const before = others();
    assert.match(before, /service-ips[\s\S]*KUBE-SERVICES[\s\S]*ip-masq-agent-2/);
    for (const text of [...CONFIGS, WANTED]) {
      const { exit, stderr } = await agent(node, [
        "apply",
        "--enable-ipv6",
        ...PLACES.nftables,
        configFlag(folder, text),
      ]);
      assert.is(exit, 0, stderr);
      assert.is(others(), before);
    }
    nft(node, Object.values(DAMAGES).at(-1) ?? "");
    await agent(node, ["apply", "--enable-ipv6", ...PLACES.nftables, configFlag(folder, WANTED)]);
    assert.is(others(), before);
    assert.is((await agent(node, ["cleanup"])).exit, 0);
    assert.is(listRuleset(node).replace(/expires \w+/g, "expires"), before);
    runInside(node, ["nft", "delete", "table", "inet", "theirs"]);
  }),
);

test.run();
