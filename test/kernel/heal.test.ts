// Changes by other programs are undone as soon as the kernel reports them: the resync interval is an hour.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runInside } from "../../demo/network.mjs";
import { configFlag, kernelTest, withNode } from "./harness.ts";
import { METRICS, sample, withLoop } from "./loop.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8]\nresyncInterval: 1h\n";
const CHANGES = 8;

/** The listeners in a namespace: their process ids. */
function listeners(node: string): readonly string[] {
  const pids = execFileSync("ip", ["netns", "pids", node], { encoding: "utf8" }).trim().split("\n");
  return pids.filter((pid) => {
    try {
      return /nft\0monitor\0$/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
    } catch {
      return false;
    }
  });
}

/** For each backend a change by another program, the kernel's name for the program, and a rule that the change removes. */
const KINDS = [
  {
    name: "nftables",
    flags: ["--backend=nftables"],
    change: ["nft", "flush", "chain", "ip", "ip-masq-agent", "postrouting"],
    program: "nft",
    show: ["nft", "list", "chain", "ip", "ip-masq-agent", "postrouting"],
    rule: /vmap @destinations/,
  },
  {
    name: "iptables-nft",
    flags: ["--backend=iptables", "--iptables-variant=nft"],
    change: ["iptables-nft", "-t", "nat", "-F", "IP-MASQ-AGENT"],
    program: "iptables-nft",
    show: ["iptables-nft", "-t", "nat", "-S", "IP-MASQ-AGENT"],
    rule: /-d 10\.0\.0\.0\/8 /,
  },
] as const;

for (const { name, flags, change, program, show, rule } of KINDS) {
  kernelTest(
    `a change by another program is undone long before the next resync, and the program is named (${name})`,
    () =>
      withNode((node, folder) =>
        withLoop(node, [...flags, METRICS, "--v=2", configFlag(folder, CONFIG)], async (loop) => {
          await loop.until(() => listeners(node).length === 1, "listening");
          const isThere = () => rule.test(runInside(node, [...show]));
          await loop.until(isThere, "the first rules");
          // Before it has subscribed, it receives no changes.
          await loop.until(() => {
            runInside(node, [...change]);
            return loop.log().includes("were modified by");
          }, "hearing of a change");
          for (let i = 0; i < CHANGES; i++) {
            await loop.until(isThere, "undoing the change before");
            runInside(node, [...change]);
            await loop.until(isThere, "undoing the change");
          }
          assert.match(
            loop.log(),
            new RegExp(
              `ipv4: the rules.* were modified by ${program} \\(pid \\d+\\); repaired:\n +(~|Found:) (.*\n)+? +\\+ `,
            ),
          );
          // A read between a change and its report repairs the change too, and cannot name the program.
          const counted = async (series: string) => sample((await loop.get("/metrics")).text, series) ?? 0;
          const all = `drift_repairs_total{family="ipv4"}`;
          await loop.until(async () => (await counted(all)) >= CHANGES, "counting");
          assert.ok(
            (await counted(`drift_repairs_by_program_total{family="ipv4",program="${program}"}`)) > CHANGES / 2,
          );

          const [listener = ""] = listeners(node);
          process.kill(Number(listener), "SIGKILL");
          await loop.until(() => /nft monitor has ended: was killed by SIGKILL/.test(loop.log()), "noticing the end");
          runInside(node, [...change]);
          await loop.until(isThere, "the look that follows a new listener");
          assert.equal(listeners(node).filter((pid) => pid !== listener).length, 1);
          assert.is((await loop.stop("SIGTERM")).exit, 0);
          assert.equal(listeners(node), []);
        }),
      ),
  );
}

const SILENT: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["with --watch-rules=false", ["--backend=nftables", "--watch-rules=false"]],
  ["in the legacy variant, whose changes the kernel does not report", ["--iptables-variant=legacy"]],
];

for (const [name, flags] of SILENT) {
  kernelTest(`the agent does not listen ${name}`, () =>
    withNode((node, folder) =>
      withLoop(node, [...flags, "--v=2", configFlag(folder, CONFIG)], async (loop) => {
        await loop.until(() => /masquerading rules: /.test(loop.log()), "the first rules");
        await new Promise((done) => setTimeout(done, 300));
        assert.equal(listeners(node), []);
      }),
    ),
  );
}

/** All kinds of changes that other programs make to rules, by the tool. */
const DRIFTS = {
  nftables: [
    "nft insert rule ip ip-masq-agent postrouting ip daddr 1.2.3.8 accept",
    "nft add rule ip ip-masq-agent postrouting ip daddr 1.2.3.8 accept",
    "nft add element ip ip-masq-agent destinations { 9.9.9.9 : return }",
    "nft delete element ip ip-masq-agent destinations { 10.0.0.0/8 }",
    "nft flush map ip ip-masq-agent destinations",
    "nft add chain ip ip-masq-agent other",
    "nft delete table ip ip-masq-agent",
  ],
  "iptables-nft": [
    "iptables-nft -t nat -I IP-MASQ-AGENT -d 1.2.3.4 -j RETURN",
    "iptables-nft -t nat -A IP-MASQ-AGENT -d 1.2.3.4 -j RETURN",
    "iptables-nft -t nat -R IP-MASQ-AGENT 1 -d 1.2.3.4 -j RETURN",
    "iptables-nft -t nat -D IP-MASQ-AGENT 1",
    "iptables-nft -t nat -F POSTROUTING",
    "iptables-nft -t nat -I POSTROUTING -j IP-MASQ-AGENT",
    "nft insert rule ip nat IP-MASQ-AGENT ip daddr 1.2.3.4 counter return",
  ],
} as const;

for (const { name, flags } of KINDS) {
  kernelTest(`each way to change the rules is noticed at once (${name})`, () =>
    withNode((node, folder) =>
      withLoop(node, [...flags, "--v=2", configFlag(folder, CONFIG)], async (loop) => {
        const table =
          name === "nftables" ? ["nft", "list", "table", "ip", "ip-masq-agent"] : ["iptables-nft-save", "-t", "nat"];
        const rules = () =>
          runInside(node, ["sh", "-c", `${table.join(" ")} 2> /dev/null || true`]).replace(
            /^#.*\n|packets \d+ bytes \d+|\[\d+:\d+\]/gm,
            "",
          );
        await loop.until(() => listeners(node).length === 1 && /: rules/.test(loop.log()), "listening");
        // Until the first drift has been reported, another read may find changes.
        const [, first = ""] = DRIFTS[name];
        await loop.until(() => {
          runInside(node, first.split(" "));
          return loop.log().includes("were modified by");
        }, "hearing of a change");
        await new Promise((done) => setTimeout(done, 500));
        const wanted = rules();
        for (const drift of DRIFTS[name]) {
          runInside(node, drift.split(" "));
          await loop.until(() => rules() === wanted, `undoing: ${drift}`);
        }
      }),
    ),
  );
}

test.run();
