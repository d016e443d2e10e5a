// The preview command: the page with a node's state, written and served.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inside, runInside } from "../../demo/network.mjs";
import { agent, configFlag, kernelTest, RUNTIMES, saved, withNode } from "./harness.ts";

const stateIn = (html: string) =>
  JSON.parse(/<script type="application\/json" id="state">(.*?)<\/script>/s.exec(html)?.[1] ?? "");
const CONFIG = 'nonMasqueradeCIDRs: [10.0.0.0/8] # </script><script>alert("x")</script>\n';

for (const runtime of ["node", "deno"] as const) {
  kernelTest(`the page is written with the node's config and rules, which do not change (${runtime})`, () =>
    withNode(async (node, folder) => {
      const flag = configFlag(folder, CONFIG);
      runInside(node, ["iptables-nft", "-t", "nat", "-A", "POSTROUTING", "-s", "10.244.0.0/16", "-j", "MASQUERADE"]);
      await agent(node, ["apply", flag]);
      const before = saved(node, "nft");
      const args = ["preview", flag, `--page=${folder}/page.html`, "--to-ports=1024-2000,4000"];
      const { exit, stdout, stderr } = await agent(node, args, { runtime });
      assert.is(exit, 0, stderr);
      assert.is(stdout, `written: ${folder}/page.html; open it in a browser\n`);
      const page = readFileSync(`${folder}/page.html`, "utf8");
      const toStdout = args.map((arg) => arg.replace(/^--page=.*/, "--page=-"));
      const piped = (await agent(node, toStdout, { runtime })).stdout;
      assert.equal(stateIn(piped).files, stateIn(page).files);
      assert.ok(piped.endsWith("</html>\n"));
      const { files, flags, observed } = stateIn(page);
      assert.equal(
        files.map(({ text }: { text: string }) => text),
        [CONFIG],
      );
      assert.is(flags.ports, "1024-2000,4000");
      // With the rules of other programs, which may override the config.
      assert.match(
        observed.ipv4,
        /^\*nat\n[\s\S]*^-A POSTROUTING -s 10\.244\.0\.0\/16 -j MASQUERADE\n[\s\S]*^-A IP-MASQ-AGENT -d 169/m,
      );
      assert.is(saved(node, "nft"), before);
    }),
  );

  kernelTest(`the page is served only for this machine's own host names (${runtime})`, () =>
    withNode(async (node, folder) => {
      const flag = configFlag(folder, "nonMasqueradeCIDRs: [x]\n");
      const [file, args] = inside(node, [...RUNTIMES[runtime], "preview", flag, "--port=9411"]);
      const server = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
      const closed = new Promise((done) => server.on("close", done));
      try {
        const url = await new Promise<string>((done) => server.stdout.once("data", (data) => done(`${data}`.trim())));
        assert.is(url, "http://127.0.0.1:9411/");
        const get = (host: string) =>
          runInside(node, [
            process.execPath,
            "-e",
            `require("http").get("${url}", { headers: { host: "${host}" } }, (r) => r.pipe(process.stdout))`,
          ]);
        assert.is(stateIn(get("localhost:9411")).files[0].text, "nonMasqueradeCIDRs: [x]\n");
        assert.is(get("elsewhere.example:9411"), "not served for this host name\n");
        const second = await agent(node, ["preview", flag, "--port=9411"], { runtime });
        assert.is(second.exit, 1);
        const taken =
          /cannot serve the page on 127\.0\.0\.1, port 9411: another process uses this port\nchoose another --port/;
        assert.match(second.stderr, taken);
        server.kill("SIGTERM");
        assert.is(await closed, 0);
      } finally {
        server.kill("SIGKILL");
        await closed;
      }
    }),
  );
}

kernelTest("the page has the node's tables if the backend is nftables", () =>
  withNode(async (node, folder) => {
    const flag = configFlag(folder, "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
    const args = ["--backend=nftables", "--nft-table=other", "--enable-ipv6", flag];
    const page = async (given: readonly string[]) => {
      const { exit, stderr } = await agent(node, ["preview", ...given, `--page=${folder}/page.html`]);
      assert.is(exit, 0, stderr);
      return stateIn(readFileSync(`${folder}/page.html`, "utf8"));
    };
    const before = await page(args);
    assert.is(before.observed.nftables, "# table ip other does not exist\n# table ip6 other does not exist\n");
    await agent(node, ["apply", ...args]);
    const { flags, observed } = await page(args);
    assert.is(flags.backend, "nftables");
    assert.is(flags.table, "other");
    // nft lists the family first that was written first.
    for (const table of ["ip other", "ip6 other"])
      assert.match(observed.nftables, new RegExp(`^table ${table} \\{\\n`, "m"));
    assert.equal(Object.keys(observed), ["nftables"]);
    // As chosen by auto.
    const enforced = configFlag(folder, "enforceNonMasquerade: true\nsourceCIDRs: [10.0.0.0/8]\n");
    assert.is((await page([enforced])).flags.backend, "nftables");
  }),
);

kernelTest("a page that cannot be built or written", () =>
  withNode(async (node, folder) => {
    const flag = configFlag(folder, CONFIG);
    const cases: [string[], RegExp][] = [
      [
        ["preview", flag, `--page=${folder}/none/page.html`],
        /cannot write the page to .*none\/page\.html: its folder does not exist\ncreate it, or choose another file with --page$/m,
      ],
      [
        ["preview", flag, `--page=${folder}`],
        /cannot write the page to .*: it is a directory\nchoose another file with --page$/m,
      ],
      [["preview", `${folder}/none.yaml`], /config .* not found/],
      [["preview", flag, "--port=x"], /Invalid --port flag "x": write a port/],
    ];
    const usage = await agent(node, ["preview", flag, "--backend=windows-cni"]);
    assert.is(usage.exit, 2);
    assert.match(usage.stderr, /for flag -backend: write one of auto, iptables, nftables$/m);
    for (const [args, error] of cases) {
      const { exit, stderr } = await agent(node, args);
      assert.is(exit, 1);
      assert.match(stderr, error);
      assert.not.match(stderr, /^ {4}at /m);
    }
  }),
);

test.run();
