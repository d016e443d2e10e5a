// A CNI config file maintained by the bundle: replaced atomically, followed, repaired, and never changed if it is invalid.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { agent, configFlag, kernelTest, RUNTIMES, withNode } from "./harness.ts";
import { METRICS, sample, withLoop } from "./loop.ts";

const BEFORE = readFileSync("docs/examples/cbr0.conf", "utf8");
const AFTER = readFileSync("test/fixtures/cbr0.after.conf", "utf8");
const CONFIG = "nonMasqueradeCIDRs: [192.168.0.0/16, 11.0.0.0/8, 10.137.196.0/23, 'fd00::/8']\nresyncInterval: 100ms\n";
/** The beginning of the output of status. */
const CHOSEN = "backend: windows-cni (--backend=windows-cni)\n";
/** The output of plan. */
const CHANGES =
  "  ~ 10.137.196.0/23 (512 addresses): masqueraded → kept\n" +
  "  ~ 192.168.0.0/16 (65,536 addresses): masqueraded → kept\n" +
  "  exceptions: 2 to add, 0 to remove, 1 to stay\n";
const BACKEND = "--backend=windows-cni";

/** A node with a CNI config, and the flags for it and for the agent's config. */
function withFile(text: string, use: (file: string, flags: string[], node: string, folder: string) => Promise<void>) {
  return withNode((node, folder) => {
    const file = `${folder}/cbr0.conf`;
    writeFileSync(file, text);
    return use(file, [`--cni-config=${file}`, configFlag(folder, CONFIG)], node, folder);
  });
}

const listOf = (text: string): string[] => JSON.parse(text).policies[0].value.ExceptionList;

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`render, plan, status, apply and cleanup (${runtime})`, () =>
    withFile(BEFORE.replaceAll("\n", "\r\n"), async (file, flags, node, folder) => {
      const call = (...args: string[]) => agent(node, [...args, ...flags], { runtime });
      const after = AFTER.replaceAll("\n", "\r\n");
      assert.equal(await call("render", "--to=windows-cni"), { exit: 0, stdout: after, stderr: "" });
      const plan = await call("plan", BACKEND, "--exit-code");
      assert.is(
        plan.stdout,
        `ipv4 (windows-cni):\n${CHANGES}To apply them, run:\n  ip-masq-agent apply ${BACKEND} ${flags.join(" ")}\n`,
      );
      assert.is(plan.exit, 2);
      const before = await call("status", BACKEND);
      assert.is(
        before.stdout,
        `${CHOSEN}ipv4 (windows-cni): not in sync\n${CHANGES}  11.0.0.0/8: kept\nTo apply them, run:\n  ip-masq-agent apply ${BACKEND} ${flags.join(" ")}\n`,
      );
      assert.is(readFileSync(file, "utf8"), BEFORE.replaceAll("\n", "\r\n"), "nothing is written yet");

      const apply = await call("apply", BACKEND);
      assert.is(apply.stdout, "ipv4 (windows-cni): written: exceptions: 2 added, 0 removed, 1 kept\n");
      assert.is(readFileSync(file, "utf8"), after);
      const { ino, mtimeMs } = statSync(file);
      assert.is((await call("apply", BACKEND)).stdout, "ipv4 (windows-cni): in sync, nothing written\n");
      assert.equal([statSync(file).ino, statSync(file).mtimeMs], [ino, mtimeMs], "what is equal is not written");
      assert.equal((await call("status", BACKEND, "--exit-code")).exit, 0);
      assert.is((await call("render", "--to=windows-cni")).stdout, after);
      assert.equal(JSON.parse((await call("status", BACKEND, "--output=json")).stdout), {
        backend: "windows-cni",
        reason: "--backend=windows-cni",
        inSync: true,
        families: [
          {
            ...{ family: "ipv4", inSync: true, listExists: true, exceptions: listOf(after) },
            entries: listOf(after).map((cidr) => ({ cidr, verdict: "keep" })),
          },
        ],
        leftovers: [],
        warnings: [],
      });
      const cleanup = await agent(node, ["cleanup", BACKEND, flags[0] ?? ""], { runtime });
      assert.is(cleanup.exit, 0);
      assert.match(cleanup.stdout, /is not changed: the previous contents of its list are not known/);
      assert.is(readFileSync(file, "utf8"), after);
      assert.equal(readdirSync(folder).sort(), ["cbr0.conf", "config.yaml"], "nothing is left next to it");
    }),
  );

  kernelTest(
    `the file is maintained: the config is followed, drift is repaired, and the file stays at the end (${runtime})`,
    () =>
      withFile(BEFORE.replace("11.0.0.0/8", "203.0.113.0/24"), async (file, flags, node, folder) => {
        const is = (text: string) => () => readFileSync(file, "utf8") === text;
        const command = RUNTIMES[runtime];
        await withLoop(
          node,
          [BACKEND, METRICS, "--v=2", ...flags],
          async (loop) => {
            await loop.until(is(AFTER), "the first sync");
            await loop.until(
              () =>
                /\] OutBoundNAT exceptions: \["192.168.0.0\/16","11.0.0.0\/8","10.137.196.0\/23"\]\n/.test(loop.log()),
              "saying what was written",
            );
            assert.match(
              loop.log(),
              /ipv4: the first write changed existing rules:\n.*OutBoundNAT\n +- 203\.0\.113\.0\/24\n/,
            );
            assert.not.match(loop.log(), /masquerading rules: "|ROUTE/);
            assert.is(sample((await loop.get("/metrics")).text, 'rules{family="ipv4"}'), 3);
            configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/8]\nresyncInterval: 100ms\n");
            await loop.until(() => listOf(readFileSync(file, "utf8")).join() === "10.0.0.0/8", "following the config");
            assert.not.match(loop.log(), /drift/);

            const kept = readFileSync(file, "utf8");
            writeFileSync(file, kept.replace('"10.0.0.0/8"', '"10.0.0.0/8", "0.0.0.0/0"').replace("cbr0", "cbr1"));
            await loop.until(is(kept.replace("cbr0", "cbr1")), "healing a hand's edit, and nothing else of it");
            await loop.until(
              () =>
                /the exceptions were modified by another program; repaired:\n( +~ .*\n)+ +- 0\.0\.0\.0\/0\n/.test(
                  loop.log(),
                ),
              "saying so",
            );

            writeFileSync(file, '{\n  "type": "win-bridge"\n');
            await loop.until(
              () => /cbr0\.conf:2:22: error: a \} is missing here \[json-syntax\]/.test(loop.log()),
              "reporting a bad file",
            );
            assert.is(readFileSync(file, "utf8"), '{\n  "type": "win-bridge"\n');
            writeFileSync(file, BEFORE);
            loop.signal("SIGHUP");
            await loop.until(is(kept), "works again");

            assert.is((await loop.stop("SIGTERM")).exit, 0);
            assert.ok(is(kept)());
          },
          { runtime, command },
        );
      }),
  );
}

kernelTest("readers of the file see the old file or the new one, complete", () => {
  // Large enough that a write in place would be seen half done.
  const others = Array.from({ length: 40_000 }, (_, i) => `search-${i}.example`);
  const text = JSON.stringify({ type: "win-bridge", dns: { search: others } }, null, 2);
  return withFile(text, async (file, flags, node, folder) => {
    const args = ["apply", BACKEND, ...flags];
    const seen = new Set<string>();
    let done = false;
    const reader = (async () => {
      while (!done) {
        const { policies, dns } = JSON.parse(readFileSync(file, "utf8"));
        assert.is(dns.search.length, others.length);
        seen.add(policies?.[0].value.ExceptionList.join());
        await new Promise((next) => setImmediate(next));
      }
    })();
    for (const cidr of ["10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8"]) {
      configFlag(folder, `nonMasqueradeCIDRs: [${cidr}]\n`);
      assert.is((await agent(node, args)).exit, 0);
      await new Promise((next) => setTimeout(next, 100));
    }
    done = true;
    await reader;
    assert.equal([...seen], [undefined, "10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8"]);
  });
});

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`owner, group, mode and link are kept (${runtime})`, () =>
    withFile(BEFORE, async (file, flags, node, folder) => {
      const link = `${folder}/10-link.conflist`;
      symlinkSync("cbr0.conf", link);
      chownSync(file, 1234, 2345);
      chmodSync(file, 0o640);
      const { exit } = await agent(node, ["apply", BACKEND, `--cni-config=${link}`, ...flags.slice(1)], { runtime });
      assert.is(exit, 0);
      assert.is(readFileSync(file, "utf8"), AFTER);
      const { uid, gid, mode } = statSync(file);
      assert.equal([uid, gid, mode & 0o777], [1234, 2345, 0o640]);
      assert.ok(lstatSync(link).isSymbolicLink());
      assert.is(readlinkSync(link), "cbr0.conf");
    }),
  );
}

const BAD: [name: string, text: string | Uint8Array, stderr: RegExp][] = [
  [
    "a comment",
    '{\n  "type": "win-bridge", // ours\n  "policies": []\n}\n',
    /cbr0\.conf:2:25: error: JSON has no comments \[json-syntax\]\n {4}2 \| {3}"type": "win-bridge", \/\/ ours\n {6}\| {25}\^{7}\n {6}= remove it\n$/,
  ],
  [
    "a byte order mark",
    '\uFEFF{"type":7}',
    /:1:1: error: the file begins with a byte order mark.*\[json-syntax\]\n {4}1 \| \{"type":7\}\n {6}\| \^\n/,
  ],
  ["UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0]), /:1:1: error: the file is not UTF-8 text \[not-utf8\]/],
  ["another plugin", '{"type": "bridge"}', /no plugin in this file supports an OutBoundNAT policy \(found: bridge\)/],
];

for (const [name, bytes, stderr] of BAD) {
  kernelTest(`an invalid file stays unchanged: ${name}`, () =>
    withFile("", async (file, flags, node) => {
      writeFileSync(file, bytes);
      const before = readFileSync(file);
      for (const args of [
        ["render", "--to=windows-cni"],
        ...["plan", "status", "apply"].map((one) => [one, BACKEND]),
      ]) {
        const result = await agent(node, [...args, ...flags]);
        assert.is(result.exit, 1, args.join(" "));
        assert.match(result.stderr, stderr);
        assert.is(result.stdout, args[0] === "status" ? CHOSEN : "");
      }
      assert.equal(readFileSync(file), before);
    }),
  );
}

kernelTest("a path that is not a regular file is refused before it is opened", () =>
  withFile("", async (_file, flags, node, folder) => {
    assert.is(spawnSync("mkfifo", [`${folder}/pipe`]).status, 0);
    symlinkSync("pipe", `${folder}/link-to-pipe`);
    symlinkSync("nowhere.conf", `${folder}/link-to-nothing`);
    for (const [path, why] of [
      [`${folder}/nowhere.conf`, /CNI config .*nowhere\.conf not found; name the file/],
      [`${folder}/link-to-nothing`, /CNI config .*link-to-nothing not found; name the file/],
      [`${folder}/cbr0.conf/more`, /CNI config .*more not found; name the file/],
      [folder, /cannot read the CNI config .*: it is a directory; name the file in it/],
      [`${folder}/pipe`, /cannot read the CNI config .*pipe: it is not a regular file/],
      [`${folder}/link-to-pipe`, /cannot read the CNI config .*link-to-pipe: it is not a regular file/],
      ["/dev/zero", /cannot read the CNI config \/dev\/zero: it is not a regular file/],
    ] as const) {
      for (const args of [
        ["render", "--to=windows-cni"],
        ["status", BACKEND],
        ["apply", BACKEND],
      ]) {
        const result = await agent(node, [...args, `--cni-config=${path}`, ...flags.slice(1)]);
        assert.is(result.exit, 1);
        assert.match(result.stderr, why);
      }
    }
  }),
);

test.run();
