import { test } from "uvu";
import * as assert from "uvu/assert";
import { ToolError } from "../../src/host/index.ts";
import { readBriefly } from "../../src/netfilter/brief.ts";

test("a tool gets two seconds; if that is too short, the unread part is named", async () => {
  const timeouts: unknown[] = [];
  const { run, skipped } = readBriefly(async (name, args, how) => {
    timeouts.push(how?.timeout);
    const command = [name, ...args].join(" ");
    if (args.includes("huge")) throw new ToolError("hung", command, null, "", "was killed");
    if (args.includes("broken")) throw new ToolError("failed", command, 1, "", "exit 1");
    return { command, exit: 0, stdout: new Uint8Array(), stderr: "" };
  });
  await run("nft", ["list", "table", "ip", "small"], { large: true });
  await run("nft", ["list", "table", "ip", "broken"]).catch(() => {});
  assert.is(skipped(), undefined);
  await run("nft", ["list", "table", "ip", "huge"]).catch(() => {});
  assert.match(skipped() ?? "", /^not all rules .* nft list table ip huge takes more than 2 s; ip-masq-agent doctor/);
  assert.equal(timeouts, [2_000, 2_000, 2_000]);
});

test.run();
