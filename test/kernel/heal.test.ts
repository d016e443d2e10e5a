// Changes by other programs, undone as soon as the kernel reports them: the resync interval is an hour.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runInside } from "../../demo/network.mjs";
import { configFlag, kernelTest, withNode } from "./harness.ts";
import { METRICS, sample, withLoop } from "./loop.ts";

const CONFIG = "nonMasqueradeCIDRs: [10.0.0.0/8]\nresyncInterval: 1h\n";
const CHANGES = 8;

/** The listeners in a namespace: their process numbers. */
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

/** For each backend a change by another program, the name that the kernel gives that, and a rule that it removes. */
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
  kernelTest(`a change by another program is undone long before the next resync, and its maker named (${name})`, () =>
    withNode((node, folder) =>
      withLoop(node, [...flags, METRICS, "--v=2", configFlag(folder, CONFIG)], async (loop) => {
        await loop.until(() => listeners(node).length === 1, "listening");
        const isThere = () => rule.test(runInside(node, [...show]));
        await loop.until(isThere, "the first rules");
        // Until it has subscribed, changes are not heard of.
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
        const series = `drift_repairs_by_program_total{family="ipv4",program="${program}"}`;
        await loop.until(async () => (sample((await loop.get("/metrics")).text, series) ?? 0) >= CHANGES, "counting");

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
  ["in the legacy variant, of which the kernel tells nothing", ["--iptables-variant=legacy"]],
];

for (const [name, flags] of SILENT) {
  kernelTest(`nothing is listened to ${name}`, () =>
    withNode((node, folder) =>
      withLoop(node, [...flags, "--v=2", configFlag(folder, CONFIG)], async (loop) => {
        await loop.until(() => /masquerading rules: /.test(loop.log()), "the first rules");
        await new Promise((done) => setTimeout(done, 300));
        assert.equal(listeners(node), []);
      }),
    ),
  );
}

test.run();
