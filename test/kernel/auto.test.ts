// The backend that --backend=auto chooses on a node, and the reason.
import { copyFileSync, mkdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside } from "../../demo/network.mjs";
import { locate } from "../../src/host/search-path.ts";
import { fake } from "./fake.ts";
import { configFlag, kernelTest, RUNTIMES, run, withNode } from "./harness.ts";
import { kubeProxyTable } from "./kube-proxy-nft.ts";
import { withLoop } from "./loop.ts";
import { listRuleset, listTable, nft } from "./nft.ts";

interface Prepared {
  /** The prefix of commands that run on this node. */
  readonly command?: readonly string[];
  readonly env?: Record<string, string>;
}

/** Runs a command in its own mount namespace, in which the tools' folders contain nft and no other tool that the agent uses. */
function withNftAlone(folder: string): readonly string[] {
  mkdirSync(`${folder}/sbin`);
  copyFileSync(locate("nft") ?? "", `${folder}/sbin/nft`);
  const script = `
    for dir in /usr/local/sbin /usr/sbin; do mount --bind ${folder}/sbin $dir; done
    [ -L /sbin ] || mount --bind ${folder}/sbin /sbin
    exec "$@"`;
  return ["unshare", "-m", "sh", "-ec", script, "sh"];
}

const CASES: readonly {
  readonly name: string;
  readonly prepare: (node: string, folder: string) => Prepared;
  readonly flags?: readonly string[];
  readonly config?: string;
  readonly backend: string;
  readonly reason: string;
}[] = [
  { name: "nothing special", prepare: () => ({}), backend: "iptables-nft", reason: "default" },
  {
    name: "kube-proxy in nftables mode",
    prepare: (node) => {
      nft(node, kubeProxyTable(20));
      return {};
    },
    backend: "nftables",
    reason: "kube-proxy runs in nftables mode",
  },
  {
    name: "a table of kube-proxy that is not for nat",
    prepare: (node) => {
      nft(node, "add table ip kube-proxy");
      return {};
    },
    backend: "iptables-nft",
    reason: "default",
  },
  {
    name: "kube-proxy in nftables mode, but iptables is requested",
    prepare: (node) => {
      nft(node, kubeProxyTable(1));
      return {};
    },
    flags: ["--backend=iptables"],
    backend: "iptables-nft",
    reason: "--backend=iptables",
  },
  {
    name: "nft and no iptables",
    prepare: (_node, folder) => ({ command: withNftAlone(folder) }),
    backend: "nftables",
    reason: "iptables is not installed",
  },
  {
    name: "an iptables whose kernel modules are missing",
    prepare: (_node, folder) => {
      const script = `case "$*" in
        *--test*) echo "Warning: Extension MASQUERADE revision 0 not supported, missing kernel module?" >&2; exit 2;;
        esac
        exec ${locate("iptables-nft-restore")} "$@"`;
      return { env: fake(folder, "iptables-nft-restore", script) };
    },
    backend: "nftables",
    reason:
      "iptables-nft does not support the rules: Warning: Extension MASQUERADE revision 0 not supported, missing kernel module?",
  },
  {
    name: "enforceNonMasquerade",
    prepare: () => ({}),
    config: "enforceNonMasquerade: true\nsourceCIDRs: [10.244.0.0/16]\n",
    backend: "nftables",
    reason: "the config sets enforceNonMasquerade",
  },
];

for (const { name, prepare, flags = [], config = "", backend, reason } of CASES) {
  kernelTest(`every command chooses ${backend}: ${name}`, () =>
    withNode(async (node, folder) => {
      const { command = [], env = {} } = prepare(node, folder);
      const before = listRuleset(node, { others: true });
      const flag = configFlag(folder, `nonMasqueradeCIDRs: [10.0.0.0/8]\nresyncInterval: 100ms\n${config}`);
      const call = async (...words: string[]) => {
        const [file, args] = inside(node, [...command, ...RUNTIMES.node, ...words, ...flags]);
        const { exit, stdout, stderr } = await run([file, ...args], "", env);
        return { exit, stderr, stdout, data: words.includes("--output=json") ? JSON.parse(stdout) : undefined };
      };
      const planned = await call("plan", "--exit-code", "--output=json", flag);
      assert.is(planned.exit, 2, planned.stderr);
      assert.equal([planned.data.backend, planned.data.reason], [backend, reason]);
      const applied = await call("apply", "--output=json", flag);
      assert.is(applied.exit, 0, applied.stderr);
      assert.equal([applied.data.backend, applied.data.reason], [backend, reason]);
      const status = await call("status", "--exit-code", flag);
      assert.is(status.exit, 0, status.stdout + status.stderr);
      assert.is(status.stdout.split("\n")[0], `backend: ${backend} (${reason})`);
      assert.is(listTable(node) !== "", backend === "nftables");

      const words = [...RUNTIMES.node, "run"];
      await withLoop(
        node,
        [...flags, flag],
        async (loop) => {
          await loop.until(() => loop.log().includes(`backend: ${backend} (${reason})`), "saying which backend it is");
          configFlag(folder, `nonMasqueradeCIDRs: [10.0.0.0/8, 172.16.0.0/12]\n${config}`);
          await loop.until(() => /[12] added, 0 removed/.test(loop.log()), "following the config");
          assert.not.match(loop.log(), /^[EW]\d/m);
          assert.is((await loop.stop("SIGTERM")).exit, 0);
        },
        { command: [...command, ...words], env },
      );

      const cleaned = await call("cleanup");
      assert.is(cleaned.exit, 0, cleaned.stderr);
      assert.match(cleaned.stdout, new RegExp(`^ipv4 \\(${backend}\\): removed: `, "m"));
      if (backend === "nftables") assert.is(listRuleset(node, { others: true }), before);
      assert.is(listTable(node), "");
    }),
  );
}

test.run();
