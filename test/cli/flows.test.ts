// classify and impact as users call them, on both runtimes.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { agent, RUNTIMES, run } from "../kernel/harness.ts";
import { BOTH_RUNTIMES, type Call, testCalls, testFolder } from "./calls.ts";
import { openTerminal } from "./terminal.ts";

const { folder, file } = testFolder();

const CONFIG = file("config.yaml", "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\n");
const SCOPED = file(
  "scoped.yaml",
  "nonMasqueradeCIDRs: [10.0.0.0/8]\nsourceCIDRs: [10.9.0.0/16]\nsnat: [{ destinationCIDRs: [192.0.2.0/24], to: 203.0.113.5 }]\n",
);
const PLAIN = file("plain.yaml", "nonMasqueradeCIDRs: [10.0.0.0/8]\n");
const LIST = file("list.txt", "# ours\r\n10.1.0.0/16\r\n192.0.2.1 # one\n");
const BAD_LIST = file("bad.txt", "10.0.0.0/8\n10.0.0.1/8\n");
const MANY_BAD = file("many.txt", "10.0.0.1/8\n".repeat(1000));
const IPV6_LIST = file("ipv6.txt", "10.0.0.0/8\n2001:db8::/32\n");
const LOG = [
  "tcp 6 ESTABLISHED src=10.9.9.9 dst=8.8.8.8 sport=1",
  "tcp 6 ESTABLISHED src=10.9.9.9 dst=10.1.2.3 sport=2\r",
  "12:30:45 nothing",
  "udp 17 src=fd00::9 dst=fd00::1 sport=3",
  "tcp 6 src=10.9.9.9 dst=169.254.1.1",
  "",
  "tcp 6 src=8.8.8.8 dst=192.0.2.1",
].join("\n");

const KEY = ["--key=dst", "--enable-ipv6", `--config=${CONFIG}`];
const NONE = 'line 3 has no address: "12:30:45 nothing"\nline 6 has no address: ""\n';

const FLOWS = file("flows.txt", LOG);

const ONE = file("one.txt", "10.1.0.1\n");
const EMPTY = file("empty.txt", "");

const CALLS: Call[] = [
  {
    args: ["classify", ...KEY],
    stdout: [
      "8.8.8.8          masquerade  no entry contains it",
      `10.1.2.3         keep        10.0.0.0/8  ${CONFIG}:1:22`,
      `fd00::1          keep        fd00::/8  ${CONFIG}:1:34`,
      "169.254.1.1      keep        169.254.0.0/16  link-local (masqLinkLocal: false)",
      "192.0.2.1        masquerade  no entry contains it",
      "",
    ].join("\n"),
    stderr: NONE,
  },
  {
    args: ["classify", ...KEY, "--summary"],
    stdout: [
      "1  keep        169.254.0.0/16  link-local (masqLinkLocal: false)",
      `1  keep        10.0.0.0/8  ${CONFIG}:1:22`,
      `1  keep        fd00::/8  ${CONFIG}:1:34`,
      "2  masquerade  no entry contains it",
      "7 lines: 3 keep, 2 masquerade, 2 without an address",
      "",
    ].join("\n"),
    stderr: NONE,
  },
  {
    args: ["classify", ...KEY, "--only=masquerade", "-"],
    stdout: `${LOG.split("\n")[0]}\n${LOG.split("\n")[6]}`,
    stderr: NONE,
  },
  {
    args: ["classify", ...KEY, "--only=keep"],
    stdout: `${LOG.split("\n").slice(1, 2)}\n${LOG.split("\n").slice(3, 5).join("\n")}\n`,
  },
  // Lines that are not masqueraded because IPv6 is not enabled are included as well.
  { args: ["classify", `--cidrs=${LIST}`, "--field=4", "--only=keep"], stdout: /^udp .*\ntcp 6 src=8\.8\.8\.8 .*$/ },
  {
    args: ["classify", `--cidrs=${LIST}`, "--field=5", "--summary"],
    stdout: new RegExp(
      `^1 {2}keep {8}10\\.1\\.0\\.0/16 {2}${LIST}:2:1\n1 {2}masquerade {2}no entry contains it\n7 lines: 1 keep, 1 masq`,
    ),
    stderr: /line 7 has no address: .*\n$/,
  },
  {
    args: ["classify", "--field=20"],
    stdout: "",
    stderr:
      /line 5 has no address: .*\n<stdin>: --field=20 selects no address in any line\nlines without an address: 7\n$/,
  },
  { args: ["classify", "--key=dst"], stdout: /fd00::1 +keep +IPv6 is not enabled/ },
  { args: ["classify"], stdout: /^8\.8\.8\.8 +masquerade +no entry contains it\n/, stderr: /the defaults apply/ },
  { args: ["classify"], input: "", stdout: "" },
  { args: ["classify", "--summary"], input: "", stdout: "0 lines: 0 keep, 0 masquerade, 0 without an address\n" },
  {
    args: ["classify", `--cidrs=${BAD_LIST}`],
    exit: 1,
    stderr: /bad\.txt:2:1: error: 10\.0\.0\.1\/8 is not aligned.*\[cidr-unaligned\]\n +2 \| 10\.0\.0\.1\/8/,
  },
  {
    args: ["classify", `--cidrs=${IPV6_LIST}`],
    exit: 1,
    stderr: /ipv6\.txt:2:1: error: 2001:db8::\/32 is an IPv6 prefix.*\[ipv6-disabled\]/,
  },
  { args: ["classify", `--cidrs=${IPV6_LIST}`, "--enable-ipv6"], input: "2001:db8::1", stdout: /^2001:db8::1 +keep/ },
  { args: ["optimize", MANY_BAD], exit: 1, stderr: /\n… and 900 more\nip-masq-agent: / },
  { args: ["classify", `--cidrs=${MANY_BAD}`], exit: 1, stderr: /\n… and 900 more\nip-masq-agent: / },
  { args: ["classify", "--cidrs=/nonexistent"], exit: 1, stderr: /cannot read \/nonexistent/ },
  { args: ["classify", "/nonexistent"], exit: 1, stderr: /cannot read \/nonexistent/ },
  { args: ["classify", "--only=drop"], exit: 2, stderr: /write one of keep, masquerade, snat/ },
  { args: ["classify", "--only=keep", "--summary"], exit: 2, stderr: /give one/ },
  { args: ["classify", "--only=keep", "--output=json"], exit: 2, stderr: /not as data/ },
  { args: ["classify", `--cidrs=${LIST}`, `--config=${CONFIG}`], exit: 2, stderr: /give one/ },
  { args: ["classify", "--field=0"], exit: 2, stderr: /write a number, from 1/ },
  { args: ["classify", "--key=a=b"], exit: 2, stderr: /write a name, such as dst/ },
  { args: ["classify", "--key=a", "--field=1"], exit: 2, stderr: /give one/ },
  { args: ["plan", "--key=a"], exit: 1, stderr: /plan does not take --key/ },
  {
    args: ["impact", `--from=${CONFIG}`, `--to=${LIST}`, "--enable-ipv6", "--key=dst"],
    stdout: [
      `1  - keep: fd00::/8  ${CONFIG}:1:34`,
      "   + masquerade: no entry contains it",
      "     udp 17 src=fd00::9 dst=fd00::1 sport=3",
      "1  - keep: 169.254.0.0/16  link-local (masqLinkLocal: false)",
      "   + masquerade: no entry contains it",
      "     tcp 6 src=10.9.9.9 dst=169.254.1.1",
      "1  - masquerade: no entry contains it",
      `   + keep: 192.0.2.1/32  ${LIST}:3:1`,
      "     tcp 6 src=8.8.8.8 dst=192.0.2.1",
      "3 of 7 lines would get a different verdict",
      "",
    ].join("\n"),
    stderr: NONE,
  },
  // Sources: found in the line itself; without them, what the verdict depends on.
  {
    args: ["classify", `--config=${SCOPED}`, "--key=dst", "--summary"],
    stdout: [
      "1  keep        169.254.0.0/16  link-local (masqLinkLocal: false)",
      `1  keep        10.0.0.0/8  ${SCOPED}:1:22`,
      `1  snat 203.0.113.5  192.0.2.0/24  ${SCOPED}:3:29, if its source is in sourceCIDRs`,
      "1  masquerade  no entry contains it, if its source is in sourceCIDRs",
      "1  keep        IPv6 is not enabled: the agent has no rules for it",
      "7 lines: 3 keep, 1 masquerade, 1 snat, 2 of these depend on information that is not in the lines, 2 without an address",
      "",
    ].join("\n"),
    stderr: NONE,
  },
  {
    args: ["classify", `--config=${SCOPED}`, "--key=dst", "--source-key=src"],
    stdout: [
      "8.8.8.8          masquerade  no entry contains it",
      `10.1.2.3         keep        10.0.0.0/8  ${SCOPED}:1:22`,
      "fd00::1          keep        IPv6 is not enabled: the agent has no rules for it",
      "169.254.1.1      keep        169.254.0.0/16  link-local (masqLinkLocal: false)",
      "192.0.2.1        keep        its source is not in sourceCIDRs",
      "",
    ].join("\n"),
    stderr: NONE,
  },
  {
    args: ["classify", `--config=${SCOPED}`, "--field=5", "--source-field=4", "--only=masquerade"],
    stdout: `${LOG.split("\n")[0]}\n`,
  },
  {
    args: ["classify", `--config=${SCOPED}`, "--key=dst", "--source-field=9"],
    stdout: /^8\.8\.8\.8 +masquerade +no entry contains it, if its source is in sourceCIDRs\n/,
  },
  {
    args: ["classify", "--source-key=a", "--source-field=1"],
    exit: 2,
    stderr: /--source-field and --source-key both name the place/,
  },
  {
    args: ["impact", `--from=${PLAIN}`, `--to=${SCOPED}`, "--key=dst"],
    stdout: [
      "1  - masquerade: no entry contains it",
      "   + masquerade: no entry contains it, if its source is in sourceCIDRs",
      `     ${LOG.split("\n")[0]}`,
      "1  - masquerade: no entry contains it",
      `   + snat 203.0.113.5: 192.0.2.0/24  ${SCOPED}:3:29, if its source is in sourceCIDRs`,
      "     tcp 6 src=8.8.8.8 dst=192.0.2.1",
      "0 of 7 lines would get a different verdict",
      "2 more may: it depends on information that is not in the lines",
      "",
    ].join("\n"),
  },
  {
    args: ["impact", `--from=${SCOPED}`, `--to=${SCOPED}`, "--key=dst"],
    stdout: "0 of 7 lines would get a different verdict\n",
  },
  {
    args: ["impact", `--from=${LIST}`, `--to=${SCOPED}`, "--key=dst", "--source-key=src"],
    stdout: /would get a different verdict\n$/,
  },
  { args: ["impact", `--from=${LIST}`, `--to=${LIST}`], stdout: "0 of 7 lines would get a different verdict\n" },
  { args: ["impact", `--from=${LIST}`], exit: 2, stderr: /impact needs two configs/ },
  { args: ["impact", `--from=${LIST}`, `--to=${BAD_LIST}`], exit: 1, stderr: /the list .*bad\.txt is invalid/ },
  { args: ["impact", `--from=${LIST}`, "--to=/nonexistent"], exit: 1, stderr: /cannot read \/nonexistent/ },
];

/** An option that selects nothing in a file, in other files as well, and in files of other formats. */
const UNMATCHED: Call[] = [
  {
    args: ["classify", `--cidrs=${LIST}`, "--key=dest", "--summary", FLOWS],
    stdout: "7 lines: 0 keep, 0 masquerade, 7 without an address\n",
    stderr: new RegExp(`\n${FLOWS}: --key=dest selects no address in any line\nlines without an address: 7\n$`),
  },
  {
    args: ["impact", `--from=${LIST}`, `--to=${LIST}`, "--field=9", FLOWS],
    stdout: "0 of 7 lines would get a different verdict\n",
    stderr: new RegExp(`\n${FLOWS}: --field=9 selects no address in any line\n`),
  },
  // Each file for itself; an empty one has no lines that could match.
  {
    args: ["classify", `--cidrs=${LIST}`, "--key=dst", "--only=snat", FLOWS, ONE, FLOWS, EMPTY],
    stderr: new RegExp(
      `^(${FLOWS}: line .*\n)+${ONE}: line 1 .*\n${ONE}: --key=dst selects no address in any line\n(?!.*--key)`,
    ),
  },
  {
    args: ["classify", `--cidrs=${LIST}`, "--key=dst", "--summary", ...Array.from({ length: 7 }, () => ONE)],
    stderr: [
      `${ONE}: line 1 has no address: "10.1.0.1"\n${ONE}: --key=dst selects no address in any line\n`.repeat(5),
      "files in which --key=dst selects no address: 7\nlines without an address: 7\n",
    ].join(""),
  },
  {
    args: ["classify", `--cidrs=${LIST}`, "--key=dst", "--output=json", ONE],
    stderr: /--key=dst selects no address in/,
  },
  { args: ["classify", `--cidrs=${LIST}`], input: "nothing\n", stderr: 'line 1 has no address: "nothing"\n' },
];

const NOTE = "read as NAME=VALUE: the destination is dst\n";
const UTF16 = /is UTF-16 text; only UTF-8 is supported. Convert it: iconv/;
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");
const TWO = "10.1.0.1 > 8.8.8.8\n";
const SEVERAL =
  /<stdin>: a line has 2 addresses, and it is unclear which one is the destination: .*--field=3 selects 8\.8\.8\.8\n$/;

const FORMATS: Call[] = [
  // Once, and only if no flag selects the address.
  { args: ["classify", "--config", CONFIG, "--enable-ipv6"], stderr: `${NOTE}${NONE}` },
  { args: ["classify", "--config", CONFIG, "--enable-ipv6", "--field=4"], stderr: /^line 3 has/ },
  { args: ["impact", `--from=${LIST}`, `--to=${LIST}`], stderr: `${NOTE}${NONE}` },
  { args: ["classify", `--cidrs=${LIST}`], input: "10.0.0.1\n", stderr: "" },
  // Comments above the header are not lines, and a damaged line does not change the columns.
  {
    args: ["classify", `--cidrs=${LIST}`, "--summary"],
    input: "# one\n\n# two\ndstaddr srcaddr\nshort\n10.1.0.1 8.8.8.8\n",
    stdout: /\n2 lines: 1 keep, 0 masquerade, 1 without an address\n$/,
    stderr: 'read as AWS VPC flow log: the destination is dstaddr\nline 5 has no address: "short"\n',
  },
  // Nothing is judged unless the destination is certain.
  { args: ["classify", `--cidrs=${LIST}`], input: TWO, exit: 1, stdout: "", stderr: SEVERAL },
  { args: ["impact", `--from=${LIST}`, `--to=${LIST}`], input: TWO, exit: 1, stdout: "", stderr: SEVERAL },
  { args: ["classify", `--cidrs=${LIST}`, "--field=3"], input: TWO, stdout: /^8\.8\.8\.8/, stderr: "" },
  {
    args: ["classify", `--cidrs=${LIST}`, "--summary"],
    input: `${"10.1.0.1\n".repeat(300)}${TWO}`,
    stdout: /301 lines: 300 keep, 0 masquerade, 1 without an address\n$/,
    stderr: 'line 301 has several addresses, and it is unclear which one counts: "10.1.0.1 > 8.8.8.8"\n',
  },
  {
    args: ["classify", `--cidrs=${LIST}`],
    input: utf16("10.1.0.1\r\n10.1.0.2\r\n"),
    exit: 1,
    stdout: "",
    stderr: UTF16,
  },
  { args: ["impact", `--from=${LIST}`, `--to=${LIST}`], input: utf16("x"), exit: 1, stderr: UTF16 },
  {
    args: ["classify", `--cidrs=${LIST}`],
    input: Buffer.from("\xff\xfe\n10.1.0.1\n", "latin1"),
    stderr: /^line 1 has.*\n$/,
  },
  {
    args: ["classify", "--help"],
    stdout: /tcpdump -n -l 'tcp or udp' \|\n +awk '\{ sub\(\/\\\.\[0-9\]\+:\$\/, "", \$5\)/,
  },
];

const ROWS: Call[] = [
  {
    args: ["classify", `--cidrs=${LIST}`, "--enable-ipv6", "--summary"],
    input: "8.8.8.8\n::1\n::2\n",
    stdout:
      "1  masquerade  no entry contains it (IPv4)\n2  masquerade  no entry contains it (IPv6)\n3 lines: 0 keep, 3 masquerade, 0 without an address\n",
  },
  {
    args: ["classify", `--cidrs=${LIST}`, "--enable-ipv6"],
    input: "8.8.8.8\n2001:db8::ffff:1:1\n::1\n8.8.8.8\n",
    stdout: [
      "8.8.8.8          masquerade  no entry contains it",
      `${"2001:db8::ffff:1:1".padEnd(39)}  masquerade  no entry contains it`,
      "::1              masquerade  no entry contains it",
      "8.8.8.8          masquerade  no entry contains it",
      "",
    ].join("\n"),
  },
];

const EXPLAINED: Call[] = [
  {
    args: ["explain", "10.1.2.3", "192.0.2.0/31", `--cidrs=${LIST}`],
    stdout: new RegExp(
      `^10\\.1\\.2\\.3 +keep +10\\.1\\.0\\.0/16 +${LIST}:2:1\n192\\.0\\.2\\.0/31\n +192\\.0\\.2\\.0 +masq.*\n +192\\.0\\.2\\.1 +keep`,
    ),
  },
  { args: ["explain", "10.1.2.3", "--cidrs=-"], input: "10.0.0.0/8", stdout: /<stdin>:1:1/ },
  { args: ["explain", "10.1.2.3", `--cidrs=${LIST}`, `--config=${CONFIG}`], exit: 2, stderr: /give one/ },
  // Empty input.
  {
    args: ["impact", `--from=${LIST}`, `--to=${LIST}`],
    input: "",
    stderr: /to see which addresses would get a different verdict/,
  },
];

const STDIN: Call[] = [
  { args: ["impact", "--from=-", `--to=${LIST}`, FLOWS, "--key=dst"], input: "8.8.8.0/24\n", stdout: /^3 of 7 lines/m },
  {
    args: ["impact", `--from=${LIST}`, "--to=-", FLOWS, "--key=dst"],
    input: "nonMasqueradeCIDRs: [8.8.8.8/24]",
    exit: 1,
    stderr: /<stdin>:1:22: error: .* is not aligned[\s\S]*the config <stdin> is invalid/,
  },
  {
    args: ["classify", "--cidrs=-", FLOWS, "--key=dst"],
    input: "8.0.0.0/8",
    stdout: /^8\.8\.8\.8 +keep +8.*<stdin>:1:1/,
  },
  { args: ["classify", "--cidrs=-"], exit: 2, stderr: /standard input can be read only once/ },
  { args: ["classify", "--cidrs=-", "-"], exit: 2, stderr: /standard input can be read only once/ },
  { args: ["impact", "--from=-", "--to=-", FLOWS], exit: 2, stderr: /standard input can be read only once/ },
  { args: ["preview", "-", `--page=${folder}/page.html`], input: "cidrLimit: 77", stdout: /^written/ },
  { args: ["preview", CONFIG, "extra"], exit: 2, stderr: /one FILE at a time: unexpected "extra"/ },
  { args: ["preview", `--config=${LIST}`, CONFIG], exit: 2, stderr: /FILE means --config=FILE/ },
];

testCalls([...CALLS, ...UNMATCHED, ...FORMATS, ...ROWS, ...EXPLAINED, ...STDIN], LOG);

test("preview - shows the config on standard input", async () => {
  const page = `${folder}/stdin.html`;
  await agent(undefined, ["preview", "-", `--page=${page}`], { input: "cidrLimit: 77" });
  assert.match(readFileSync(page, "utf8"), /"text":"cidrLimit: 77"/);
});

for (const runtime of BOTH_RUNTIMES) {
  test(`pipes instead of files, which can be read only once (${runtime})`, async () => {
    const shell = (text: string) => {
      const script = text.replaceAll("AGENT", RUNTIMES[runtime].map((word) => `'${word}'`).join(" "));
      return run(["bash", "-c", script], "", { CONFIG, LIST, FLOWS });
    };
    const options = "--enable-ipv6 --key=dst";
    const calls = [
      [`AGENT impact --from=CONFIG --to=LIST ${options} "$FLOWS"`, /^3 of 7 lines/m],
      [`AGENT impact --from=LIST --to=CONFIG ${options} "$FLOWS"`, /^3 of 7 lines/m],
      [`AGENT classify --config=CONFIG ${options} "$FLOWS"`, /^10\.1\.2\.3 +keep +10\.0\.0\.0\/8/m],
      [`AGENT classify --cidrs=LIST ${options} "$FLOWS"`, /^10\.1\.2\.3 +keep +10\.1\.0\.0\/16/m],
      ["AGENT check --enable-ipv6 CONFIG", /: valid: 2 CIDRs/],
      ["AGENT optimize LIST", /^10\.1\.0\.0\/16\n192\.0\.2\.1\/32\n$/],
      ["AGENT optimize --enable-ipv6 CONFIG", /^nonMasq.*fd00/],
    ] as const;
    for (const [text, expected] of calls) {
      const { stdout, stderr } = await shell(text.replace(/(CONFIG|LIST)/g, '<(cat "$$$1")'));
      assert.match(stdout, expected, `${text}\n${stdout}${stderr}`);
    }
  });
}

test("impact without lines shows which addresses would be treated differently", async () => {
  const impact = async (...args: string[]) => {
    const command = [...RUNTIMES.node, "impact", ...args].join(" ");
    const { exit, stdout, stderr } = await run(["sh", "-c", `${command} < /dev/null`]);
    assert.equal([exit, stderr], [0, ""]);
    return stdout;
  };
  assert.is(
    await impact(`--from=${PLAIN}`, `--to=${LIST}`),
    [
      "16,711,680 addresses: 10.0.0.0/16, 10.2.0.0-10.255.255.255",
      `  - keep: 10.0.0.0/8  ${PLAIN}:1:22`,
      "  + masquerade: no entry contains it",
      "65,536 addresses: 169.254.0.0/16",
      "  - keep: 169.254.0.0/16  link-local (masqLinkLocal: false)",
      "  + masquerade: no entry contains it",
      "1 address: 192.0.2.1",
      "  - masquerade: no entry contains it",
      `  + keep: 192.0.2.1/32  ${LIST}:3:1`,
      "16,777,217 addresses would get a different verdict",
      "",
    ].join("\n"),
  );
  assert.match(
    await impact(`--from=${PLAIN}`, `--to=${SCOPED}`),
    /\n0 addresses would get a different verdict\n[\d,]+ addresses may: it depends on their packets' source or interface\n$/,
  );
  const data = JSON.parse(await impact(`--from=${PLAIN}`, `--to=${LIST}`, "-o", "json"));
  assert.equal([data.changed, data.mayChange, data.changes.length], [16_777_217, 0, 3]);
  assert.equal(data.changes[0].blocks, ["10.0.0.0/16", "10.2.0.0-10.255.255.255"]);
  assert.is(await impact(`--from=${LIST}`, `--to=${LIST}`), "0 addresses would get a different verdict\n");
});

for (const runtime of BOTH_RUNTIMES) {
  test(`a large log, a line longer than all chunks, and a reader that goes away (${runtime})`, async () => {
    const lines = Array.from(
      { length: 200_000 },
      (_, i) => `${i % 2 ? 10 : 11}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
    );
    lines[1000] = `${"x".repeat(1_500_000)} 10.0.0.1`;
    const log = file("large.txt", lines.join("\n"));
    const [command = "", ...args] = [...RUNTIMES[runtime], "classify", `--config=${CONFIG}`, "--enable-ipv6"];
    const out = `${folder}/out.txt`;
    const shell = (text: string) => run(["sh", "-c", text, command, ...args], "", { LOG: log, OUT: out });
    await shell('"$0" "$@" --only=keep "$LOG" > "$OUT"');
    assert.ok(
      readFileSync(out, "utf8") === lines.filter((line) => line.includes("10.") && !line.startsWith("11.")).join("\n"),
    );
    assert.equal(await shell('cat "$LOG" | "$0" "$@" --summary | tail -n 1'), {
      exit: 0,
      stdout: "200000 lines: 100001 keep, 99999 masquerade, 0 without an address\n",
      stderr: "",
    });
    for (const mode of ["", "--summary", "--only=keep"]) {
      const full = await shell(`"$0" "$@" ${mode} "$LOG" > /dev/full`);
      assert.is(full.exit, 1);
      assert.match(full.stderr, /^ip-masq-agent: cannot write to standard output: .*(ENOSPC|os error 28).*\n$/);
    }
    for (const mode of ["", "--only=keep"]) {
      const { stdout, stderr } = await shell(`{ "$0" "$@" ${mode} "$LOG"; echo "exit $?" >&2; } | head -n 1`);
      assert.match(stdout, mode ? /^10\.0\.0\.1\n$/ : /^11\.0\.0\.0 +masquerade/);
      assert.is(stderr, "exit 0\n");
    }
  });
}

test("tcpdump output, with the command line in the help", async () => {
  const { stdout } = await agent(undefined, ["classify", "--help"]);
  const awk = /(awk '.*') \|/.exec(stdout)?.[1] ?? "";
  const packets =
    "12:00:00.1 IP 10.0.0.1.54321 > 8.8.8.8.53: UDP\n12:00:00.1 IP6 2001:db8::1.443 > 2001:db8::2.80: Flags\n";
  assert.is((await run(["sh", "-c", awk], packets)).stdout, "8.8.8.8\n2001:db8::2\n");
});

test("progress is shown on a terminal, unless lines are printed to it", async () => {
  // It reads one line, and reaches no end until the progress has been shown.
  const told = async (...args: string[]) => {
    const command = [...RUNTIMES.node, ...args].join(" ");
    const terminal = openTerminal(`cat | ${command}`, {}, folder);
    try {
      return await terminal.type("10.0.0.1\n", /\r(1 line, .*?)\r/);
    } finally {
      terminal.close();
    }
  };
  const modes = [
    ["classify", `--cidrs=${LIST}`, "--summary"],
    ["impact", `--from=${LIST}`, `--to=${LIST}`],
    ["classify", `--cidrs=${LIST}`, ">", "/dev/null"],
  ];
  for (const mode of modes) assert.match(await told(...mode), /^1 line, 9 B, \d+ B\/s/, mode.join(" "));
  const command = [...RUNTIMES.node, "classify", `--cidrs=${LIST}`].join(" ");
  const slow = `(echo 10.0.0.1; sleep 1; echo 10.0.0.2) | ${command}`;
  assert.not.match((await run(["script", "-qec", slow, "/dev/null"])).stdout, / lines?,/);
});

test("--output=yaml prints the same data as one list", async () => {
  const args = ["classify", ...KEY];
  const [json, yaml] = await Promise.all(
    ["json", "yaml"].map((format) => agent(undefined, [...args, "-o", format], { input: LOG })),
  );
  const lines = json?.stdout.trimEnd().split("\n") ?? [];
  assert.equal(
    parse(yaml?.stdout ?? ""),
    lines.map((line) => JSON.parse(line)),
  );
});

test("--output=json", async () => {
  const input = "10.1.2.3\n8.8.8.8:443\nx\n";
  const entry = { cidr: "10.1.0.0/16", reason: "config", file: LIST, line: 2, column: 1 };
  const inside = { family: "ipv4", verdict: "keep", managed: true, decidedBy: entry };
  const outside = { family: "ipv4", verdict: "masquerade", managed: true, decidedBy: null };
  const json = async (...args: string[]) => (await agent(undefined, [...args, "--output=json"], { input })).stdout;
  const lines = (await json("classify", `--cidrs=${LIST}`)).trimEnd().split("\n");
  assert.equal(
    lines.map((line) => JSON.parse(line)),
    [
      { line: 1, address: "10.1.2.3", ...inside },
      { line: 2, address: "8.8.8.8", ...outside },
      { line: 3, error: "no address" },
    ],
  );
  const many = await agent(undefined, ["classify", `--cidrs=${LIST}`, "--output=json"], { input: "x\n".repeat(9000) });
  assert.match(many.stdout, /\{"line":9000,"error":"no address"\}\n$/);
  assert.equal(JSON.parse(await json("classify", `--cidrs=${LIST}`, "--summary")), {
    ...{ lines: 3, keep: 1, masquerade: 1, snat: 0, depend: 0, withoutAddress: 1 },
    outcomes: [
      { lines: 1, ...inside },
      { lines: 1, ...outside },
    ],
  });
  const empty = file("empty.txt", "192.0.2.0/24\n");
  assert.equal(JSON.parse(await json("impact", `--from=${LIST}`, `--to=${empty}`)), {
    ...{ lines: 3, withoutAddress: 1, changed: 1, mayChange: 0 },
    changes: [{ lines: 1, from: inside, to: outside, examples: ["10.1.2.3"] }],
  });
});

test.run();
