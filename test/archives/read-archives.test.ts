// classify and impact on many, large and compressed files, on both runtimes.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { BOTH_RUNTIMES, type Call, testCalls, testFolder } from "../cli/calls.ts";
import { agent, RUNTIMES, type Runtime, run } from "../kernel/harness.ts";

const { folder, file } = testFolder();

const LIST = file("list.txt", "10.0.0.0/8\n");
const AWS = "version account-id interface-id srcaddr dstaddr log-status";
const aws = (destination: string) => `2 123456789012 eni-1 10.9.9.9 ${destination} OK`;
const REORDERED = "version account-id interface-id dstaddr srcaddr log-status";

mkdirSync(`${folder}/logs/2024/01`, { recursive: true });
mkdirSync(`${folder}/empty`);
const put = (name: string, data: string | Uint8Array) => {
  writeFileSync(`${folder}/${name}`, data);
  return `${folder}/${name}`;
};
const first = put("logs/2024/01/a.log.gz", gzipSync(`${AWS}\n${aws("10.1.1.1")}\n${aws("-")}\n`));
put(
  "logs/2024/01/b.log.gz",
  Buffer.concat([gzipSync(`${AWS}\n${aws("8.8.8.8")}\n`), gzipSync(`${AWS}\n${aws("10.1.1.2")}\n`)]),
);
put("logs/2024/c.csv", "dst_ip,src_ip\n8.8.4.4,10.9.9.9\n");
put("logs/2024/d.jsonl", '{"dest_ip":"10.1.1.3"}\n');
put("logs/_SUCCESS", "");
put("logs/.hidden", "10.1.1.1 > 10.1.1.2\n");
const CUT = put("cut.gz", gzipSync("10.1.1.1\n".repeat(1000)).subarray(0, 40));
const MIXED = put("mixed.log", `${AWS}\n${aws("10.1.1.1")}\n${REORDERED}\n`);
const UNCERTAIN = put("uncertain.log", "10.1.1.1 > 8.8.8.8\n");
const BZIP2 = put("log.bz2", "BZh91AY&SY");
const PARQUET = put("log.parquet", "PAR1....");
const DOCUMENT = put("azure.json", '{"records":[{"flowRecords":{"flows":[]}}]}');

const CALLS: Call[] = [
  {
    args: ["classify", `--cidrs=${LIST}`, `${folder}/logs`],
    stdout: /^10\.1\.1\.1 +keep.*\n8\.8\.8\.8 +masq.*\n10\.1\.1\.2 +keep.*\n8\.8\.4\.4 +masq.*\n10\.1\.1\.3 +keep.*\n$/,
    stderr: `read as AWS VPC flow log: the destination is dstaddr\n${first}: line 3 has no address: "${aws("-")}"\nread as CSV: the destination is dst_ip\nread as JSON lines: the destination is dest_ip\n`,
  },
  {
    args: ["classify", `--cidrs=${LIST}`, "--summary", `${folder}/logs`, "-"],
    input: "10.1.1.1\n",
    stdout: /^4 +keep.*\n2 +masquerade.*\n7 lines: 4 keep, 2 masquerade, 1 without an address\n$/,
  },
  {
    args: ["classify", `--cidrs=${LIST}`, "-o", "json", `${folder}/logs/2024/c.csv`, first],
    stdout: new RegExp(
      `^{"file":"${folder}/logs/2024/c.csv","line":2,"address":"8.8.4.4".*\n{"file":"${first}","line":2,"address":"10.1.1.1".*\n{"file":"${first}","line":3,"error":"no address"}\n$`,
    ),
  },
  {
    args: ["classify", `--cidrs=${LIST}`, "--only=keep", `${folder}/logs`],
    stdout: `${aws("10.1.1.1")}\n${aws("10.1.1.2")}\n{"dest_ip":"10.1.1.3"}\n`,
  },
  {
    args: ["impact", `--from=${LIST}`, `--to=${LIST}`, `${folder}/logs`],
    stdout: "0 of 6 lines would get a different verdict\n",
  },
  { args: ["classify", `--cidrs=${LIST}`, "--summary"], input: readFileSync(first), stdout: /2 lines: 1 keep/ },
  // Output that cannot be judged with certainty follows the output before it.
  {
    args: ["classify", `--cidrs=${LIST}`, first, UNCERTAIN],
    exit: 1,
    stdout: /^10\.1\.1\.1 .*\n$/,
    stderr: /uncertain\.log: a line has 2 addresses.*--field=3/,
  },
  {
    args: ["classify", `--cidrs=${LIST}`, MIXED],
    exit: 1,
    stdout: "",
    stderr: /mixed\.log: a header below the first line has other columns/,
  },
  {
    args: ["classify", `--cidrs=${LIST}`, CUT],
    exit: 1,
    stderr: /cannot read .*cut\.gz: its compressed data is truncated\n$/,
  },
  {
    args: ["classify", `--cidrs=${LIST}`, BZIP2],
    exit: 1,
    stderr: /it is bzip2; only text, gzip and zstd are supported: bzip2 -dc FILE \|/,
  },
  { args: ["classify", `--cidrs=${LIST}`, PARQUET], exit: 1, stderr: /it is Parquet/ },
  { args: ["classify", `--cidrs=${LIST}`, DOCUMENT], exit: 1, stderr: /as Azure writes it; convert it to lines: jq/ },
  { args: ["classify", `--cidrs=${LIST}`, `${folder}/empty`], exit: 1, stderr: /this folder has no files/ },
  { args: ["classify", `--cidrs=${LIST}`, `${folder}/none`], exit: 1, stderr: /file not found/ },
  {
    args: ["classify", `--cidrs=${LIST}`, `${folder}/none`, "-o=json"],
    exit: 1,
    stdout: /"code": "input-unreadable"/,
  },
  {
    args: ["classify", `--cidrs=${LIST}`, "--key=none", first],
    exit: 1,
    stderr: /column "none" not found; name one of version, /,
  },
  { args: ["classify", `--cidrs=${LIST}`, "-", "-"], exit: 2, stderr: /standard input can be read only once/ },
];

testCalls(CALLS);

/** Enough lines for several threads, each with its number, and a repeated header. */
const COUNT = 700_000;
const lines = Array.from({ length: COUNT }, (_, i) =>
  i % 100_000 === 99_999
    ? "number,dst"
    : `${i},${i % 3 === 0 ? 10 : 11}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
);
lines[300_000] = `${"x".repeat(3_000_000)},10.1.1.1`;
lines[600_000] = "600000,-";
const text = `number,dst\n${lines.join("\n")}`;
const kept = lines.filter((line) => line.includes(",10."));

for (const runtime of BOTH_RUNTIMES) {
  test(`a large file keeps its order across threads, compressed or not (${runtime})`, async () => {
    const log = put("large.csv", text);
    const packed = put("large.csv.gz", gzipSync(text, { level: 1 }));
    const classify = (...args: string[]) => agent(undefined, ["classify", `--cidrs=${LIST}`, ...args], { runtime });
    const [json, only, summary] = await Promise.all([
      classify("-o", "json", log),
      classify("--only=keep", runtime === "node" ? log : packed),
      classify("--summary", packed),
    ]);
    const objects = json.stdout.trimEnd().split("\n");
    assert.is(objects.length, COUNT - 7);
    for (const at of [0, 1, 99_998, 300_000, 500_000, objects.length - 1]) {
      const { line, address } = JSON.parse(objects[at] ?? "");
      assert.match(lines[line - 2] ?? "", new RegExp(`,${address}$`), `${at}`);
    }
    assert.ok(only.stdout === `${kept.join("\n")}\n`, only.stderr);
    assert.match(summary.stdout, new RegExp(`\n${COUNT - 7} lines: ${kept.length} keep, \\d+ masquerade, 1 without`));
    assert.match(summary.stderr, /^read as CSV: the destination is dst\nline 600002 has no address: "600000,-"\n$/);
  });
}

test("zstd is read, or the error names what can read it", async () => {
  const data = await zstd(["8.8.8.8\n", 1], ["10.1.1.1\n", 1], ["10.1.1.2\n", 100_000], ["x", 1], ["", 1]);
  const packed = put("log.zst", data);
  const cut = put("cut.zst", data.subarray(0, -20));
  const classify = (input: string, runtime: Runtime) =>
    agent(undefined, ["classify", `--cidrs=${LIST}`, "--only=keep", input], { runtime });
  const deno = await classify(packed, "deno");
  assert.ok(deno.stdout === `10.1.1.1\n${"10.1.1.2\n".repeat(100_000)}`, deno.stderr);
  assert.match((await classify(cut, "deno")).stderr, /cut\.zst: its compressed data is truncated\n$/);
  const node = await classify(packed, "node");
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 23 || (major === 23 && minor >= 8) || (major === 22 && minor >= 15)) assert.equal(node, deno);
  else assert.match(node.stderr, /compressed with zstd, which Node \S+ does not support .*: zstd -dc FILE \|/);
});

/** A frame for each text, as in `cat *.zst`, with an empty frame among them; made by Deno, which has zstd wherever the tests run. */
async function zstd(...texts: readonly (readonly [text: string, times: number])[]): Promise<Uint8Array> {
  const script = `
    import zlib from "node:zlib";
    const frames = ${JSON.stringify(texts)}.map(([text, times]) => zlib.zstdCompressSync(text.repeat(times)));
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
    console.log(Buffer.concat([frames[0], skippable, ...frames.slice(1)]).toString("hex"));`;
  const { stdout } = await run([...RUNTIMES.deno.slice(0, 1), "eval", script]);
  return Buffer.from(stdout.trim(), "hex");
}

for (const runtime of BOTH_RUNTIMES) {
  test(`an interrupt ends it by the signal, at the end of a line (${runtime})`, async () => {
    const [command = "", ...args] = [...RUNTIMES[runtime], "classify", `--cidrs=${LIST}`];
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
    let stdout = "";
    let stderr = "";
    child.stderr.on("data", (data) => (stderr += data));
    const closed = new Promise<string | null>((done) => child.on("close", (_, signal) => done(signal)));
    child.stdin.write("10.1.1.1\n8.8.8.8\n8.8.");
    await new Promise<void>((done) => {
      child.stdout.on("data", (data) => {
        stdout += data;
        if (stdout.includes("8.8.8.8")) done();
      });
    });
    child.kill("SIGINT");
    assert.is(await closed, "SIGINT", stderr);
    assert.match(stdout, /^10\.1\.1\.1 .*\n8\.8\.8\.8 .*\n$/);
    assert.is(stderr, "interrupted after 2 lines\n");
  });
}

test.run();
