// The bundle as users call it, on both runtimes, without privileges.
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rulesVectors } from "../fixtures.ts";
import { agent } from "../kernel/harness.ts";
import { BOTH_RUNTIMES, type Call, testCalls, testFolder } from "./calls.ts";

const { folder, file } = testFolder();

const GOOD = file("good.yaml", "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nresyncInterval: 5m\n");
const WARN = file("warn.yaml", "nonMasqueradeCIDRs: [10.0.0.0/8, 10.1.0.0/16]\n");
const SEVERAL = `${folder}/several`;
mkdirSync(SEVERAL);
file("several/ip-masq-a", "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
file("several/ip-masq-b", "masqueradeCIDRs: [10.1.0.0/16]\n");
const MANIFEST = file(
  "manifest.yaml",
  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  config: |\n    nonMasqueradeCIDRs: [12.0.0.0/8]\n    resyncInterval: 7m\n",
);
const SHORT = file("short.yaml", "resyncInterval: 1m\n");
const SCOPED = file(
  "scoped.yaml",
  "sourceCIDRs: [10.244.0.0/16]\noutputInterfaces: [eth*]\nsnat: [{destinationCIDRs: [9.9.9.0/24], to: 192.0.2.7}]\n",
);
const BAD = file("bad.yaml", "nonMasqueradeCIDRs:\n- 10.0.0.1/8\ncidrLimit: x\n");

const GITHUB =
  /^::warning file=\S+warn\.yaml,line=1,col=34,endColumn=45,title=cidr-covered::10\.1\.0\.0\/16 .*%0A.*\n::error file=\S+bad\.yaml,line=2,col=3,[^\n]*\n::error [^\n]*\nconfigs: 2, errors: 2, warnings: 1\n$/;
const NO_PROBLEMS = "configs: 1, errors: 0, warnings: 0\n";

const CALLS: Call[] = [
  { args: ["version"], exit: 0, stdout: /^ip-masq-agent \d+\.\d+\.\d+ \((Node|Deno) \d/ },
  { args: ["--version"], exit: 0, stdout: /^ip-masq-agent / },
  { args: ["--help"], exit: 0, stdout: /Usage: ip-masq-agent \[COMMAND\] \[FLAGS\]/ },
  { args: ["-h"], exit: 0, stdout: /Usage:/ },
  { args: ["help", "plan"], exit: 0, stdout: /^ip-masq-agent plan: show what apply would change/ },
  { args: ["check", "--help"], exit: 0, stdout: /--config=FILE[\s\S]*Examples:[\s\S]*Exit: 0/ },
  { args: ["version", "-o", "yaml"], exit: 0, stdout: /^version: \d+\.\d+\.\d+\nruntime: (Node|Deno) [\d.]+\n$/ },
  { args: ["explain", "x", "--output=yaml", `--config=${GOOD}`], exit: 1, stdout: /ipv6-disabled/ },
  {
    args: ["explain", "10.1.2.3", "-o=yaml", `--config=${WARN}`],
    exit: 0,
    stdout: /^addresses:\n {2}- address: 10\.1\.2\.3\n {4}family: ipv4\n {4}verdict: keep\n/,
  },
  { args: ["check", "--output=github", WARN, BAD], exit: 1, stdout: GITHUB },
  { args: ["check", "--output=github", "--strict", "-"], exit: 0, input: "resyncInterval: 1m\n", stdout: NO_PROBLEMS },
  {
    args: ["explain", "10.1.2.3", "--output=github"],
    exit: 2,
    stderr: /"github" for flag -output: write one of text, json, yaml/,
  },
  {
    args: ["plan", GOOD, `--config=${GOOD}`],
    exit: 1,
    stderr: /^ip-masq-agent: FILE means --config=FILE: give one of them/,
  },
  { args: ["apply", GOOD, WARN], exit: 2, stderr: /^ip-masq-agent: one FILE at a time: unexpected ".*warn\.yaml"/ },
  { args: ["apply", BAD], exit: 1, stderr: /bad\.yaml is invalid; nothing was changed/ },
  { args: ["render", WARN], exit: 0, stdout: /-d 10\.1\.0\.0\/16/ },
  {
    args: ["explain", "10.1.2.3", "--color=always"],
    exit: 0,
    stdout: "10.1.2.3  \x1b[32mkeep      \x1b[39m  10.0.0.0/8  default list\n",
  },
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
  {
    args: ["explain", "10.1.2.3", "--config=-"],
    exit: 0,
    input: "nonMasqueradeCIDRs: [10.0.0.0/8]\n",
    stdout: /^10\.1\.2\.3 .* <stdin>:1:22\n$/,
  },
  { args: ["check", "-", "-"], exit: 2, stderr: /^ip-masq-agent: standard input can be read only once/ },
  { args: ["run", "--config=-"], exit: 2, stderr: /^ip-masq-agent: run cannot use --config=-: it follows changes/ },
  { args: ["classify", "--config=-"], exit: 2, stderr: /^ip-masq-agent: standard input can be read only once/ },
  { args: ["check", "-"], exit: 1, input: "masqLinkLocal: 1\n", stderr: /^<stdin>:1:16: error:/ },
  { args: ["check", "/nonexistent"], exit: 1, stderr: /^\/nonexistent:1:1: error: file not found/ },
  {
    args: ["check", folder],
    exit: 1,
    stderr: /it is a directory without a file whose name starts with ip-masq/,
  },
  { args: ["check", "--strict", WARN], exit: 1, stdout: /warn\.yaml: invalid: 1 warning \(--strict\)\n$/ },
  { args: ["check", "--strict", "--enable-ipv6", GOOD], exit: 0, stdout: /good\.yaml: valid/ },
  {
    args: ["check", SEVERAL, MANIFEST],
    exit: 0,
    stdout:
      /several: valid: 1 CIDR, 1 masqueraded, resync every 1m0s\n.*manifest\.yaml: valid: 1 CIDR, resync every 7m0s\n$/,
  },
  {
    args: ["check", `--config=${SEVERAL}`, `--config=${MANIFEST}`, `--config=${SHORT}`],
    exit: 1,
    stdout: /several, .*manifest\.yaml, .*short\.yaml: invalid: 1 error\n$/,
    stderr: /short\.yaml:1:17: error: resyncInterval is 1m here and 7m on line 8 of .*manifest\.yaml \[key-conflict\]/,
  },
  {
    args: ["explain", "10.1.2.3", "10.1.0.0/15", `--config=${SEVERAL}`],
    exit: 0,
    stdout:
      /^10\.1\.2\.3 +masquerade +10\.1\.0\.0\/16 +.*ip-masq-b:1:19\n10\.1\.0\.0\/15\n +10\.0\.0\.0\/16 +keep +10\.0\.0\.0\/8 .*ip-masq-a:1:22\n +10\.1\.0\.0\/16 +masquerade/,
  },
  {
    args: ["explain", "8.8.8.8", "9.9.9.9", `--config=${SCOPED}`],
    exit: 0,
    stdout:
      /^8\.8\.8\.8 +masquerade +no entry contains it, if its source is in sourceCIDRs and it leaves through one of outputInterfaces\n9\.9\.9\.9 +snat 192\.0\.2\.7 +9\.9\.9\.0\/24/,
  },
  {
    args: ["explain", "8.8.8.8", `--config=${SCOPED}`, "--source=10.244.1.1", "--output-interface=eth1"],
    exit: 0,
    stdout: /^8\.8\.8\.8 +masquerade +no entry contains it\n$/,
  },
  {
    args: ["explain", "8.8.8.8", `--config=${SCOPED}`, "--source=10.9.1.1"],
    exit: 0,
    stdout: /^8\.8\.8\.8 +keep +its source is not in sourceCIDRs\n$/,
  },
  { args: ["explain", "8.8.8.8", "--source=x"], exit: 2, stderr: /"x" for flag -source: write an address/ },
  {
    args: ["render", "--to=windows-cni", "--cni-config=docs/examples/cbr0.conf", `--config=${SCOPED}`],
    exit: 1,
    stderr: /sourceCIDRs is not supported here: OutBoundNAT .*\[key-unsupported\][\s\S]*outputInterfaces[\s\S]*snat/,
  },
  {
    args: ["render", "--to=windows-cni", "--cni-config=docs/examples/cbr0.conf", `--config=${SEVERAL}`],
    exit: 0,
    stdout: /"10\.0\.0\.0\/16",[\s\S]*"10\.2\.0\.0\/15"/,
  },
  {
    args: ["explain", "10.1.2.3", "8.8.8.8", `--config=${GOOD}`, "--enable-ipv6"],
    exit: 0,
    stdout: /^10\.1\.2\.3 +keep +10\.0\.0\.0\/8 +.*good\.yaml:1:22\n8\.8\.8\.8 +masquerade +no entry contains it\n$/,
  },
  {
    args: ["explain", "169.254.0.1", "10.0.0.1"],
    exit: 0,
    stdout: /link-local \(masqLinkLocal: false\)\n.*default list/,
  },
  { args: ["explain", "::1"], exit: 0, stdout: /IPv6 is not enabled/ },
  // A packet to it carries the IPv4 address.
  { args: ["explain", "::ffff:10.1.2.3"], exit: 0, stdout: /^::ffff:10\.1\.2\.3 +keep +10\.0\.0\.0\/8/ },
  {
    args: ["explain", "10.0.0.0/8", "10.0.0.1"],
    exit: 0,
    stdout: /^10\.0\.0\.0\/8 +keep +10\.0\.0\.0\/8 .*\n10\.0\.0\.1 +keep/,
  },
  { args: ["explain"], exit: 2, stderr: /explain needs an address/ },
  { args: ["explain", "10.0.0.1", `--config=${BAD}`], exit: 1, stderr: /bad\.yaml is invalid\n$/ },
  {
    args: ["explain", "10.0.0.1/33", "10.0.0.0/255.0.0.0", "10.1.2", "x#/8", `--config=${SHORT}`],
    exit: 1,
    stdout: "",
    stderr: new RegExp(
      [
        "^10\\.0\\.0\\.1/33 is not a CIDR: the length is more than 32; write an address and a length, such as .*",
        "10\\.0\\.0\\.0/255\\.0\\.0\\.0 is not a CIDR: the length after the / is not a number; write 10\\.0\\.0\\.0/8",
        "10\\.1\\.2 is neither an IP address nor a CIDR",
        'x#/8 is not a CIDR: "x" is not allowed at character 1; write an address and a length, .*\n$',
      ].join("\n"),
    ),
  },
  {
    args: ["explain", "10.0.0.1/33", "-o=json"],
    exit: 1,
    stdout: /"error": "10\.0\.0\.1\/33 is not a CIDR: the length is more than 32; write /,
  },
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
  {
    args: ["render", "--to=table", "--family=ipv4", "--enable-ipv6", `--config=${GOOD}`],
    stdout:
      /^family,cidr,.*\n4,0\.0\.0\.0\/5,0\.0\.0\.0,7\.255\.255\.255,0,134217727,masquerade,,,,no entry contains it\n/,
  },
  {
    args: ["render", "--to=table", `--from=${GOOD}`, `--config=${GOOD}`, "--enable-ipv6", "--format=jsonl"],
    stdout: "",
  },
  { args: ["render", "--to=table", "-o", "json"], exit: 2, stderr: /use --format=csv, jsonl or sql/ },
  { args: ["render", "--to=table", "--format=xml"], exit: 2, stderr: /write one of csv, jsonl, sql/ },
  { args: ["render", `--from=${GOOD}`], exit: 2, stderr: /--from works only with --to=table/ },
  { args: ["render", `--cidrs=${GOOD}`], exit: 2, stderr: /--cidrs works only with --to=table/ },
  { args: ["render", `--config=${BAD}`], exit: 1, stderr: /bad\.yaml is invalid\n$/ },
  {
    args: ["apply", "--config=/nonexistent"],
    exit: 1,
    stderr: /config \/nonexistent not found; without --config the defaults apply/,
  },
  {
    args: ["plan", "--backend=windows-cni"],
    exit: 1,
    stderr: /--backend=windows-cni needs --cni-config=FILE/,
  },
  { args: ["render", "--backend=windows-cni"], exit: 2, stderr: /render does not take --backend/ },
  { args: ["aply"], exit: 2, stderr: /unknown command "aply"; did you mean apply\?/ },
  { args: ["--enable-ipv6", "true"], exit: 2, stderr: /flag as --flag=value/ },
  {
    args: ["optimize", WARN],
    exit: 0,
    stdout: /^nonMasqueradeCIDRs: \[10\.0\.0\.0\/8\]\n$/,
    stderr:
      /^10\.1\.0\.0\/16 \(line 1\) is covered by 10\.0\.0\.0\/8 \(line 1\)\n.*warn\.yaml: 2 -> 1 CIDR, within cidrLimit 64\n$/,
  },
  { args: ["optimize", "--exit-code", WARN], exit: 2, stdout: /^nonMasqueradeCIDRs/ },
  { args: ["optimize", "--enable-ipv6", "--exit-code", GOOD], exit: 0, stdout: /^nonMasqueradeCIDRs: \[10.*'fd00/ },
  {
    args: ["optimize", BAD],
    exit: 1,
    stdout: /^$/,
    stderr: /bad\.yaml:3:12: error.*\n[\s\S]*is invalid\n$/,
  },
  { args: ["optimize", "--write", BAD], exit: 1, stderr: /is invalid; nothing was changed\n$/ },
  {
    args: ["optimize", "-"],
    exit: 0,
    input: "# both families\n::/1\n10.1.0.0/16\n8000::/1\n10.0.0.0/8\n10.0.0.0/8 # again",
    stdout: /^10\.0\.0\.0\/8\n::\/0\n$/,
    stderr: new RegExp(
      [
        "^::/1 \\(line 2\\) \\+ 8000::/1 \\(line 4\\) -> ::/0",
        "10\\.1\\.0\\.0/16 \\(line 3\\) is covered by 10\\.0\\.0\\.0/8 \\(line 5\\)",
        "10\\.0\\.0\\.0/8 \\(line 6\\) duplicates 10\\.0\\.0\\.0/8 \\(line 5\\)",
        "<stdin>: 5 -> 2 CIDRs\n$",
      ].join("\n"),
    ),
  },
  {
    args: ["optimize", "-"],
    input: "10.0.0.1 # an address\n10.0.0.0\n2001:db8::1",
    stdout: "10.0.0.0/31\n2001:db8::1/128\n",
    stderr: "10.0.0.1/32 (line 1) + 10.0.0.0/32 (line 2) -> 10.0.0.0/31\n<stdin>: 3 -> 2 CIDRs\n",
  },
  { args: ["optimize", "-"], exit: 0, stdout: /^$/, stderr: /^<stdin>: no CIDRs\n$/ },
  {
    args: ["optimize", "-"],
    exit: 0,
    input: "cidrLimit: 1\nnonMasqueradeCIDRs: [1.0.0.0/8, 2.0.0.0/8, 3.0.0.0/8]",
    stdout: /\[1\.0\.0\.0\/8, 2\.0\.0\.0\/7\]$/,
    stderr: /3 -> 2 CIDRs, still more than cidrLimit 1: raise it to 2\n$/,
  },
  {
    args: ["optimize", "-"],
    exit: 1,
    input: "10.0.0.0/8\n10.0.0.1/8\n",
    stdout: /^$/,
    stderr: /^<stdin>:2:1: error: 10\.0\.0\.1\/8 is not aligned/,
  },
  {
    args: ["optimize", "-"],
    exit: 0,
    input: "cidrLimit: 1 # x\n",
    stdout: /^cidrLimit: 1 # x\n$/,
    stderr: /^<stdin>: no CIDRs\n$/,
  },
  { args: ["optimize"], exit: 1, stderr: /optimize needs one file/ },
  { args: ["optimize", WARN, GOOD], exit: 1, stderr: /optimize needs one file/ },
  { args: ["optimize", "/nonexistent"], exit: 1, stderr: /cannot read \/nonexistent: file not found/ },
  { args: ["optimize", "--write", "-"], exit: 1, stderr: /--write needs a file/ },
  { args: ["optimize", "--write", "/dev/zero"], exit: 1, stderr: /cannot read \/dev\/zero: it is not a regular file/ },
  { args: ["optimize", "--write", file("list.txt", "10.0.0.0/8\n")], exit: 1, stderr: /list\.txt is a plain list/ },
  { args: ["check", "--write", GOOD], exit: 2, stderr: /check does not take --write/ },
  { args: ["cleanup", "now"], exit: 2, stderr: /cleanup takes no operands, but got "now"/ },
  { args: ["render", "--exit-code"], exit: 2, stderr: /render does not take --exit-code/ },
  { args: ["--nope"], exit: 2, stderr: /flag provided but not defined: -nope/ },
  { args: ["--enable-ipv6=maybe"], exit: 2, stderr: /invalid boolean value "maybe"/ },
  { args: ["--to-ports=42-41"], exit: 1, stderr: /Invalid --to-ports flag "42-41"/ },
  // 2 means "would change" for commands with --exit-code.
  { args: ["plan", "--nope"], exit: 1, stderr: /not defined/ },
];

testCalls(CALLS);

test("--output=json", async () => {
  const json = async (...args: string[]) => JSON.parse((await agent(undefined, [...args, "--output=json"])).stdout);
  assert.equal(await json("check", "--enable-ipv6", GOOD), { valid: true, diagnostics: [], more: 0 });
  const bad = await json("check", BAD);
  assert.is(bad.valid, false);
  assert.equal(Object.keys(bad.diagnostics[0]), ["severity", "code", "message", "file", "line", "column", "hint"]);
  assert.equal(await json("apply", `--config=${BAD}`), bad);
  assert.equal(await json("explain", "10.1.2.3", "8.8.8.8", `--config=${WARN}`), {
    addresses: [
      {
        address: "10.1.2.3",
        family: "ipv4",
        verdict: "keep",
        managed: true,
        decidedBy: { cidr: "10.1.0.0/16", reason: "config", file: WARN, line: 1, column: 34 },
      },
      { address: "8.8.8.8", family: "ipv4", verdict: "masquerade", managed: true, decidedBy: null },
    ],
  });
  assert.equal(await json("optimize", WARN), {
    before: 2,
    after: 1,
    cidrLimit: 64,
    withinLimit: true,
    cidrs: ["10.0.0.0/8"],
    covered: [{ cidr: "10.1.0.0/16", line: 1, by: { cidr: "10.0.0.0/8", line: 1 } }],
    merged: [],
    removed: [],
  });
  const halves = await agent(undefined, ["optimize", "-", "--output=json"], { input: "0.0.0.0/1\n128.0.0.0/1\n" });
  assert.equal(JSON.parse(halves.stdout).merged, [
    {
      cidr: "0.0.0.0/0",
      parts: [
        { cidr: "0.0.0.0/1", line: 1 },
        { cidr: "128.0.0.0/1", line: 2 },
      ],
    },
  ]);
  assert.equal(await json("optimize", BAD), bad);
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

test("optimize --write replaces the file atomically, keeps its mode, and refuses links", async () => {
  for (const runtime of BOTH_RUNTIMES) {
    const name = file(`write-${runtime}.yaml`, "# mine\nnonMasqueradeCIDRs:\n- 10.0.0.0/8\n- 10.1.0.0/16\n");
    const link = `${name}.link`;
    chmodSync(name, 0o666);
    symlinkSync(name, link);
    const refused = await agent(undefined, ["optimize", "--write", link], { runtime });
    assert.is(refused.exit, 1);
    assert.match(refused.stderr, /cannot write .*link: it is a symbolic link/);
    const { exit, stdout } = await agent(undefined, ["optimize", "--write", name], { runtime });
    assert.equal([exit, stdout], [0, ""]);
    assert.is(readFileSync(name, "utf8"), "# mine\nnonMasqueradeCIDRs:\n- 10.0.0.0/8\n");
    const { mode, ino } = statSync(name);
    assert.is(mode & 0o777, 0o666);
    // A list that is already the smallest is not written again.
    await agent(undefined, ["optimize", "--write", name], { runtime });
    assert.is(statSync(name).ino, ino);
  }
  assert.equal(
    readdirSync(folder).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("a long report is truncated, and the whole list is printed", async () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  const { stdout, stderr } = await agent(undefined, ["optimize", "-"], { input: [...lines, ...lines].join("\n") });
  assert.is(stdout, "10.0.0.0/12\n10.16.0.0/15\n10.18.0.0/16\n10.19.0.0/17\n10.19.128.0/21\n");
  const told = stderr.trimEnd().split("\n");
  assert.is(told.length, 102);
  assert.match(told[0] ?? "", /^10\.0\.0\.0\/24 \(line 1\) \+ .* \+ 4088 more -> 10\.0\.0\.0\/12$/);
  assert.equal(told.slice(-2), ["… and 4905 more", "<stdin>: 10000 -> 5 CIDRs"]);
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

test("the bundle is one file, within its size limit, and executable", () => {
  const bundle = readFileSync("dist/ip-masq-agent.mjs");
  assert.ok(bundle.length <= 600 * 1024, `${bundle.length} bytes`);
  assert.is(bundle.toString("utf8", 0, 20), "#!/usr/bin/env node\n");
  const imports = [...bundle.toString().matchAll(/(?:^|[;}])(?:import|export)\b[^"'`()]*?\bfrom\s*"([^"]+)"/gm)].map(
    (match) => match[1] ?? "",
  );
  assert.equal(
    imports.filter((name) => !name.startsWith("node:")),
    [],
  );
});

test.run();
