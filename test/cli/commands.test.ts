// The bundle as a person calls it, on both runtimes, without privileges.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rulesVectors } from "../fixtures.ts";
import { agent, type Runtime } from "../kernel/harness.ts";

const folder = mkdtempSync(`${tmpdir()}/masq-cli-`);
test.after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

const GOOD = file("good.yaml", "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nresyncInterval: 5m\n");
const WARN = file("warn.yaml", "nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.0.0/16]\n");
const BAD = file("bad.yaml", "nonMasqueradeCIDRs:\n- 10.0.0.1/8\ncidrLimit: x\n");

interface Call {
  args: string[];
  exit: number;
  stdout?: RegExp;
  stderr?: RegExp;
  input?: string;
}

const CALLS: Call[] = [
  { args: ["version"], exit: 0, stdout: /^ip-masq-agent \d+\.\d+\.\d+ \((Node|Deno) \d/ },
  { args: ["--version"], exit: 0, stdout: /^ip-masq-agent / },
  { args: ["--help"], exit: 0, stdout: /Usage: ip-masq-agent \[COMMAND\] \[FLAGS\]/ },
  { args: ["-h"], exit: 0, stdout: /Usage:/ },
  { args: ["help", "plan"], exit: 0, stdout: /^ip-masq-agent plan: show what apply would change/ },
  { args: ["check", "--help"], exit: 0, stdout: /--config=FILE[\s\S]*Examples:[\s\S]*Exit: 0/ },
  { args: ["check", "--enable-ipv6", GOOD], exit: 0, stdout: /good\.yaml: valid: 2 CIDRs, resync every 5m0s\n$/ },
  { args: ["check", GOOD], exit: 1, stderr: /good\.yaml:1:34: error: fd00::\/8 is an IPv6 prefix.*\[ipv6-disabled\]/ },
  {
    args: ["check", WARN],
    exit: 0,
    stdout: /valid: 2 CIDRs, resync every 1m0s, 1 warning\n$/,
    stderr: /\[cidr-covered\]/,
  },
  {
    args: ["check", BAD, WARN],
    exit: 1,
    stdout: /bad\.yaml: invalid: 2 errors\n.*warn\.yaml: valid/,
    stderr: /bad\.yaml:3:12/,
  },
  { args: ["check", "-"], exit: 0, input: "masqLinkLocal: true\n", stdout: /^<stdin>: valid: 3 CIDRs/ },
  { args: ["check", "-"], exit: 1, input: "masqLinkLocal: 1\n", stderr: /^<stdin>:1:16: error:/ },
  { args: ["check", "/nonexistent"], exit: 1, stderr: /^\/nonexistent:1:1: error: there is no such file/ },
  { args: ["check", folder], exit: 1, stderr: /it is a directory/ },
  {
    args: ["explain", "10.1.2.3", "8.8.8.8", `--config=${GOOD}`, "--enable-ipv6"],
    exit: 0,
    stdout: /^10\.1\.2\.3 +return +10\.0\.0\.0\/8 +.*good\.yaml:1:22\n8\.8\.8\.8 +masquerade +no entry contains it\n$/,
  },
  {
    args: ["explain", "169.254.0.1", "10.0.0.1"],
    exit: 0,
    stdout: /link-local \(masqLinkLocal: false\)\n.*default list/,
  },
  { args: ["explain", "::1"], exit: 0, stdout: /IPv6 is not enabled/ },
  // What a packet to it carries is the IPv4 address.
  { args: ["explain", "::ffff:10.1.2.3"], exit: 0, stdout: /^::ffff:10\.1\.2\.3 +return +10\.0\.0\.0\/8/ },
  {
    args: ["explain", "10.0.0.0/8", "10.0.0.1"],
    exit: 1,
    stdout: /^10\.0\.0\.1/,
    stderr: /10\.0\.0\.0\/8 is not an IP address; leave out the \/length/,
  },
  { args: ["explain"], exit: 2, stderr: /explain needs an address/ },
  {
    args: ["render", `--config=${WARN}`],
    exit: 0,
    stdout: /^# iptables-restore --noflush\n\*nat\n:IP-MASQ-AGENT - \[0:0\]\n[\s\S]*COMMIT\n$/,
  },
  {
    args: ["render", `--config=${GOOD}`, "--enable-ipv6", "--family=ipv6"],
    exit: 0,
    stdout: /^# ip6tables-restore[^#]*-d fd00::\/8/,
  },
  { args: ["render", "--family=ipv6"], exit: 0, stderr: /--enable-ipv6/ },
  { args: ["render", `--config=${BAD}`], exit: 1, stderr: /bad\.yaml is invalid; nothing was changed/ },
  {
    args: ["apply", "--config=/nonexistent"],
    exit: 1,
    stderr: /there is no config \/nonexistent; without --config the defaults apply/,
  },
  { args: ["aply"], exit: 2, stderr: /unknown command "aply"; did you mean apply\?/ },
  { args: ["--enable-ipv6", "true"], exit: 2, stderr: /written --flag=value/ },
  { args: ["render", "now"], exit: 2, stderr: /render takes no "now"/ },
  { args: ["render", "--exit-code"], exit: 2, stderr: /--exit-code has no meaning for render/ },
  { args: ["--nope"], exit: 2, stderr: /flag provided but not defined: -nope/ },
  { args: ["--enable-ipv6=maybe"], exit: 2, stderr: /invalid boolean value "maybe"/ },
  { args: ["--to-ports=42-41"], exit: 1, stderr: /Invalid --to-ports flag "42-41"/ },
  // 2 means "would change" where --exit-code can be given.
  { args: ["plan", "--nope"], exit: 1, stderr: /not defined/ },
];

async function check({ args, exit, stdout, stderr, input = "" }: Call, runtime: Runtime): Promise<void> {
  const result = await agent(undefined, args, { runtime, input });
  const where = `${runtime}: ${args.join(" ")}\n${result.stdout}${result.stderr}`;
  assert.is(result.exit, exit, where);
  assert.match(result.stdout, stdout ?? /^/, where);
  assert.match(result.stderr, stderr ?? /^/, where);
}

for (const runtime of ["node", "deno"] as const) {
  test(`calls, their exits and what they print (${runtime})`, async () => {
    const left = [...CALLS];
    const worker = async () => {
      for (let call = left.pop(); call; call = left.pop()) await check(call, runtime);
    };
    await Promise.all([worker(), worker()]);
  });
}

test("--output=json", async () => {
  const json = async (...args: string[]) => JSON.parse((await agent(undefined, [...args, "--output=json"])).stdout);
  assert.equal(await json("check", "--enable-ipv6", GOOD), { valid: true, diagnostics: [] });
  const bad = await json("check", BAD);
  assert.is(bad.valid, false);
  assert.equal(Object.keys(bad.diagnostics[0]), ["severity", "code", "message", "file", "line", "column", "hint"]);
  assert.equal(await json("apply", `--config=${BAD}`), bad);
  assert.equal(await json("explain", "10.1.2.3", "8.8.8.8", `--config=${WARN}`), {
    addresses: [
      {
        address: "10.1.2.3",
        family: "ipv4",
        verdict: "return",
        managed: true,
        decidedBy: { cidr: "10.0.0.0/8", reason: "config", file: WARN, line: 1, column: 22 },
      },
      { address: "8.8.8.8", family: "ipv4", verdict: "masquerade", managed: true, decidedBy: null },
    ],
  });
  const { families } = await json("render", `--config=${GOOD}`, "--enable-ipv6");
  assert.equal(
    families.map(({ family, command }: { family: string; command: string }) => [family, command]),
    [
      ["ipv4", "iptables-restore --noflush"],
      ["ipv6", "ip6tables-restore --noflush"],
    ],
  );
  assert.match((await json("version")).version, /^\d/);
});

test("every recorded case renders to the same bytes on Node and on Deno", async () => {
  const cases = rulesVectors().filter(({ backend }) => backend === "nft");
  const left = cases.map((vector, i) => ({ vector, i }));
  const worker = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const { vector, i } = next;
      const args = ["render", `--config=${file(`case-${i}`, vector.config ?? "")}`, ...vector.flags];
      const onNode = await agent(undefined, args);
      const onDeno = await agent(undefined, args, { runtime: "deno" });
      assert.equal(onDeno, onNode, vector.name);
    }
  };
  await Promise.all([worker(), worker()]);
});

test("the bundle is one file, within its size, and is run as it is", () => {
  const bundle = readFileSync("dist/ip-masq-agent.mjs");
  assert.ok(bundle.length <= 400 * 1024, `${bundle.length} bytes`);
  assert.is(bundle.toString("utf8", 0, 20), "#!/usr/bin/env node\n");
  const imports = [...bundle.toString().matchAll(/(?<!")\bfrom\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
  assert.equal(
    imports.filter((name) => !name.startsWith("node:")),
    [],
  );
});

test.run();
