// @ts-check
// What a resync on a large legacy table does between two tools: from the bytes of a dump to the edit.

import { atLeast, load, median, printTable, ratio, show, takeTurns, verdict } from "./figures.mjs";
import { kubeRules } from "./kube-rules.mjs";
import { diffByTable, scanLines } from "./lines.mjs";

const CHAIN = "IP-MASQ-AGENT";
const ROUNDS = 201;

/** Milliseconds, and the speedup over the peer. */
const TARGETS = { ms: 6, times: 5 };

/** @param {string} cidr */
const rule = (cidr) =>
  `-d ${cidr} -m comment --comment "ip-masq-agent: local traffic is not subject to MASQUERADE" -j RETURN`;

export async function printScan() {
  /** @type {typeof import("../src/core/index.ts")} */
  const { diffLines, scanRules } = await load("src/core/index.ts");
  const own = ["169.254.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(rule);
  const desired = own.toSpliced(1, 1, rule("100.64.0.0/10"));
  const lines = [
    `-A POSTROUTING -m addrtype ! --dst-type LOCAL -j ${CHAIN}`,
    ...own.map((spec) => `-A ${CHAIN} ${spec}`),
    "COMMIT",
    "",
  ];
  const text = kubeRules(5000, 2, "ipv4")
    .replace("\n:", `\n:${CHAIN} - [0:0]\n:`)
    .replace(/COMMIT\n$/, lines.join("\n"));
  const dump = new TextEncoder().encode(text);
  const ours = () =>
    diffLines(
      scanRules(dump, CHAIN).rules.map(({ spec }) => spec),
      desired,
    );
  const peer = () => diffByTable(scanLines(dump, CHAIN).rules, desired);
  if (JSON.stringify(ours()) !== JSON.stringify(peer())) throw new Error("the edits differ");
  const times = takeTurns({ ours, peer }, { rounds: ROUNDS, warmUp: 20 });
  const ms = median(times.ours);
  const faster = ratio(times.peer, times.ours);
  const size = (dump.length / 1e6).toFixed(1);
  console.log(`\nFrom a dump of 40,000 rules (${size} MB) to the edit of one chain, medians of ${ROUNDS}`);
  printTable([
    ["", "ms", "target", "speedup", "target"],
    ["ours", show(ms), verdict(ms, TARGETS.ms), "", ""],
    [...["TypeScript on strings", show(median(times.peer)), "", faster.toFixed(1)], atLeast(faster, TARGETS.times)],
  ]);
}
