// The command without arguments on a terminal starts the agent at once, as a drop-in must, and says how to stop and undo that.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside } from "../../demo/network.mjs";
import { openTerminal } from "../cli/terminal.ts";
import { configFlag, kernelTest, RUNTIMES, ruleLines, saved, withNode } from "./harness.ts";

kernelTest("on a terminal it says what it is doing; Ctrl-C ends it, and the rules stay", () =>
  withNode(async (node, folder) => {
    const flag = configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
    const [file, args] = inside(node, [...RUNTIMES.node, flag, "--masq-chain=OURS"]);
    const terminal = openTerminal([file, ...args].join(" "), {}, folder);
    try {
      await terminal.type(
        "",
        /now maintains this node's masquerading rules\. Ctrl-C stops it, and the rules stay: ip-masq-agent cleanup --masq-chain=OURS removes them/,
      );
      await terminal.type("", /rules: 4 added/);
      await terminal.type("\u0003", /SIGINT: stopping, the rules stay/);
      assert.is(ruleLines(saved(node, "nft")).length, 5);
    } finally {
      terminal.close();
    }
  }),
);

test.run();
