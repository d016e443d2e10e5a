// Every block of commands in the docs runs, in a sandbox (sandbox.ts), and succeeds.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Result } from "../kernel/harness.ts";
import { NODE, POD } from "./cluster.ts";
import { type Block, blocksOf, fileShown, nameOf, PAGES } from "./pages.ts";
import { runScript } from "./sandbox.ts";

/** The shell of each language. */
const SHELLS: Readonly<Record<string, string>> = { sh: "bash", bash: "bash", zsh: "zsh", fish: "fish" };

/** Placeholders that readers replace. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  POD,
  NODE,
  ADDRESS: "10.1.2.3",
  FILE: "config.yaml",
};

/** Blocks that do not run here, by their beginning, and the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "deno run": "test/kernel/loop.ts runs the service with this line",
};

/** Leaves the log of an agent that could not remove its rules, because the tools fail at the end. */
const FAILED_CLEANUP = `mkdir tools
  PATH=$PWD/tools:$PATH ip-masq-agent --cleanup-on-exit 2>$AGENT_LOG &
  until grep -q 'rules: ' $AGENT_LOG; do sleep 0.02; done
  printf '#!/bin/sh\\nexit 4\\n' >tools/iptables-nft-restore
  chmod +x tools/iptables-nft-restore
  kill $!
  wait $! || true`;

/** Preparations that a block needs. */
const BEFORE: Readonly<Record<string, string>> = {
  "nft delete table": "ip-masq-agent apply --backend=nftables --enable-ipv6",
  "for tool in iptables-nft": ["nft", "legacy"]
    .map((variant) => `ip-masq-agent apply --backend=iptables --iptables-variant=${variant} --enable-ipv6`)
    .join("\n"),
  "kubectl logs --namespace=kube-system --selector": FAILED_CLEANUP,
  "kubectl port-forward POD 8080": `kubectl exec ${POD} --namespace=kube-system -- ip-masq-agent preview --port=8080`,
  "git config": "git init --quiet .",
  "ip-masq-agent completion zsh": "fpath=(~/zsh $fpath)",
};

/** Checks after a block. Every alias that a block defines is also run. */
const AFTER: Readonly<Record<string, string>> = {
  "nft delete table": '[ -z "$(nft list tables)" ]',
  "for tool in iptables-nft":
    "for tool in iptables-nft iptables-legacy ip6tables-nft ip6tables-legacy; do if $tool-save | grep MASQ; then exit 1; fi; done",
  "ip-masq-agent completion bash": ". /etc/bash_completion.d/ip-masq-agent && complete -p ip-masq-agent",
  "ip-masq-agent completion zsh": "[[ -s ~/zsh/_ip-masq-agent ]]",
  "mkdir -p ~/.config/fish": "test -s ~/.config/fish/completions/ip-masq-agent.fish",
};

/** Runs the program behind each alias. */
const ALIASES = String.raw`alias | sed "s/^alias [^=]*='\(.*\)'$/\1 version/" | sh -e`;

const BLOCKS = PAGES.flatMap(blocksOf).filter(({ language }) => language in SHELLS);

/** The value of a table for a block, by the block's beginning. */
const of = <T>(table: Readonly<Record<string, T>>, { text }: Block): T | undefined =>
  Object.entries(table).find(([begin]) => text.startsWith(begin))?.[1];

/** The files that a page shows. */
const filesOf = (page: string) =>
  Object.fromEntries(
    blocksOf(page).flatMap((block) => {
      const file = fileShown(block);
      return file ? [[file, block.text] as const] : [];
    }),
  );

const isSkipped = process.env.NO_KERNEL || process.env.NO_MANIFESTS || process.env.NO_DOC_TOOLS;
const RUN = BLOCKS.filter((block) => !of(EXCEPTIONS, block));

/** Several blocks run at once, because much of their time is waiting. */
const LANES = 3;
const results = new Map<Block, Promise<Result>>();
test.before(() => {
  if (isSkipped) return;
  const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
  for (const [i, block] of RUN.entries()) {
    const result = (lanes[i % LANES] ?? Promise.resolve()).then(() => runBlock(block));
    lanes[i % LANES] = result.catch(() => {});
    results.set(block, result);
  }
});

/** Runs a block with what the tables above say about it. */
function runBlock(block: Block): Promise<Result> {
  const text = block.text.replace(/\b[A-Z]{3,}\b/g, (word) => PLACEHOLDERS[word] ?? word);
  const shell = SHELLS[block.language] ?? "";
  const script = [of(BEFORE, block) ?? "", text, of(AFTER, block) ?? "", shell === "bash" ? ALIASES : ""].join("\n");
  return runScript(script, { shell, withAgent: /kubectl exec/.test(text), files: filesOf(block.page) });
}

for (const block of RUN) {
  const [first = ""] = block.text.split("\n");
  (isSkipped ? test.skip : test)(`${nameOf(block)}: ${first}`, async () => {
    const { exit, stdout, stderr } = (await results.get(block)) ?? {};
    assert.is(exit, 0, `${stderr}${stdout}`);
  });
}

test("each exception and each preparation belongs to a block", () => {
  for (const begin of [EXCEPTIONS, BEFORE, AFTER].flatMap(Object.keys)) {
    assert.ok(
      BLOCKS.some(({ text }) => text.startsWith(begin)),
      begin,
    );
  }
});

test.run();
