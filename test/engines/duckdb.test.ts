// The statements in docs/at-scale.md, run in DuckDB: the results match those of classify and impact.
import { readFileSync, writeFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { testFolder } from "../cli/calls.ts";
import { numbersBelow } from "../core/slow.ts";
import { agent } from "../kernel/harness.ts";

const { folder, file } = testFolder();

const OLD = file(
  "old.yaml",
  [
    "nonMasqueradeCIDRs: [10.0.0.0/8, 10.64.0.0/24, 172.16.0.0/12, 192.0.2.0/30, 128.0.0.0/1, 'fd00::/8', '2001:db8::/33']",
    "masqueradeCIDRs: [10.200.0.0/13, 10.203.7.8/32, 200.0.0.0/7, 'fd00:0:0:8000::/49']",
    "snat: [{ destinationCIDRs: [10.64.0.128/25, 64.0.0.0/3], to: 192.0.2.10 }]",
  ].join("\n"),
);
const NEW = file("new.yaml", "nonMasqueradeCIDRs: [10.0.0.0/9, 172.16.0.0/12, 128.0.0.0/1, '2001:db8::/32']\n");

const LINES = 1_000_000;
const random = numbersBelow(11);
// Many of them close to the edges of verdicts.
const NEAR = ["10.64.0", "10.199.255", "10.203.7", "10.208.0", "192.0.2", "172.31.255", "127.255.255"];
/** Beginnings of IPv6 addresses, also close to edges. */
const NEAR_IPV6 = [
  "fd00::",
  "fd00:0:0:7fff::",
  "FD00:0:0:8000:1:",
  "2001:db8:7fff:",
  "2001:db8:8000::",
  "2a00:1:2:3:4:5:6:",
  "::",
];
const group = () => random(65536).toString(16);
const byte = () => random(256);
const quad = () => `${byte()}.${byte()}.${byte()}.${byte()}`;
/** What a flow log may have as a destination: one in ten is no IPv4 address. */
function destination(i: number): string {
  if (i % 4 === 0) return `${NEAR[random(NEAR.length)]}.${byte()}`;
  if (i % 10 !== 1) return quad();
  const kind = random(8);
  if (kind < 3) return `${NEAR_IPV6[random(NEAR_IPV6.length)]}${group()}${kind ? "" : `:${group()}`}`;
  return [Array.from({ length: 8 }, group).join(":"), `::ffff:${quad()}`, "-", "", "2001:db8:7"][kind - 3] ?? "";
}
const destinations = Array.from({ length: LINES }, (_, i) => destination(i));
const FLOWS = file("flows.csv", `id,dst_ip\n${destinations.map((address, id) => `${id},${address}\n`).join("")}`);

/** The statements in a section of the page, one string per block. */
function statementsOf(section: string): readonly string[] {
  const sections = readFileSync("docs/at-scale.md", "utf8").split(/^## /m);
  const text = sections.find((one) => one.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? "");
}

const run = async (...args: string[]) => {
  const { exit, stdout, stderr } = await agent(undefined, args);
  assert.is(exit, 0, stderr);
  return stdout;
};

test("DuckDB judges a million lines as classify does", async () => {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`SET file_search_path = '${folder}'`);
  const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  writeFileSync(`${folder}/policy.csv`, await run("render", "--to=table", "--enable-ipv6", `--config=${OLD}`));
  writeFileSync(`${folder}/changes.csv`, await run("render", "--to=table", "--enable-ipv6", `--from=${OLD}`, NEW));
  const [policy = "", changes = ""] = statementsOf("DuckDB");

  // By entry.
  const found = await rowsOf(policy);
  const summary = JSON.parse(
    await run("classify", "--enable-ipv6", `--config=${OLD}`, "--summary", "-o", "json", FLOWS),
  );
  type Row = { lines: number; verdict: string; decidedBy: { cidr: string } | null };
  // Both families have addresses that no entry contains.
  const expected = new Map<string, number>();
  for (const { lines, verdict, decidedBy } of summary.outcomes as Row[]) {
    const name = `${verdict} ${decidedBy?.cidr ?? null}`;
    expected.set(name, (expected.get(name) ?? 0) + lines);
  }
  assert.is(summary.lines, LINES);
  assert.ok(expected.size > 10 && summary.withoutAddress > 10_000);
  assert.equal(
    found.map(([verdict, rule, flows]) => [`${verdict} ${rule}`, Number(flows)]).sort(),
    [...expected].sort(),
  );

  // Line by line.
  for (const verdict of ["keep", "masquerade", "snat"]) {
    const out = `${folder}/${verdict}.csv`;
    await connection.run(
      `COPY (SELECT id, dst_ip FROM judged WHERE verdict = '${verdict}' ORDER BY id) TO '${out}' (HEADER false)`,
    );
    const lines = await run("classify", "--enable-ipv6", `--config=${OLD}`, `--only=${verdict}`, FLOWS);
    assert.ok(lines.length > 1_000_000 && readFileSync(out, "utf8") === lines, verdict);
  }

  // The effect of a change.
  const changed = await rowsOf(changes);
  const impact = JSON.parse(await run("impact", "--enable-ipv6", `--from=${OLD}`, `--to=${NEW}`, "-o", "json", FLOWS));
  assert.is(
    changed.reduce((sum, row) => sum + Number(row.at(-1)), 0),
    impact.changed,
  );
  assert.is(changed.length, impact.changes.length);
});

// DuckDB stands in for Athena, with its type IPADDRESS as the number of the IPv6 address that it keeps for either family.
test("Athena's query counts each flow once, as classify does", async () => {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`SET file_search_path = '${folder}'`);
  const [policy = ""] = statementsOf("DuckDB");
  const [athena = ""] = statementsOf("Athena");
  const query = athena
    .slice(athena.indexOf("SELECT"))
    .replaceAll(/(TRY_)?CAST\((\S+) AS IPADDRESS\)/g, "ipaddress($2)");
  const some = file("some.csv", `id,dst_ip\n${destinations.slice(0, 20_000).join("\n").replaceAll(/^/gm, "1,")}\n`);
  writeFileSync(`${folder}/athena.csv`, await run("render", "--to=table", "--enable-ipv6", `--config=${OLD}`));
  for (const [macro] of policy.matchAll(/^CREATE MACRO [^;]*;$/gm)) await connection.run(macro);
  await connection.run(
    [
      "CREATE MACRO ipaddress(a) AS ip_number(a) + IF(a LIKE '%.%', 281470681743360, 0)::UHUGEINT;",
      "CREATE TABLE masq_policy AS FROM read_csv('athena.csv', header = true, all_varchar = true);",
      "CREATE TABLE vpc_flow_logs AS SELECT dst_ip AS dstaddr, 1 AS bytes FROM read_csv('some.csv', header = true);",
    ].join("\n"),
  );
  const rows = (await connection.runAndReadAll(query)).getRowsJson();
  const flows = (verdict: string) => rows.reduce((sum, row) => sum + (row[0] === verdict ? Number(row[2]) : 0), 0);
  const classify = ["classify", "--enable-ipv6", `--config=${OLD}`, "--summary", "-o", "json", some];
  const { keep, masquerade, snat } = JSON.parse(await run(...classify));
  assert.equal(["keep", "masquerade", "snat"].map(flows), [keep, masquerade, snat]);
});

test("the table as JSON lines and as SQL has the same content", async () => {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`SET file_search_path = '${folder}'`);
  const table = (...args: string[]) => run("render", "--to=table", `--config=${OLD}`, "--enable-ipv6", ...args);
  writeFileSync(`${folder}/both.csv`, await table());
  writeFileSync(`${folder}/both.jsonl`, await table("--format=jsonl"));
  await connection.run(await table("--format=sql"));
  const columns = "family::INT, cidr, first_number::BIGINT, last_number::BIGINT, verdict, snat_to, rule, origin";
  const [csv, json, sql] = await Promise.all(
    ["read_csv('both.csv', header = true)", "read_json('both.jsonl')", "masq_policy"].map(async (from) => {
      const rows = await connection.runAndReadAll(`SELECT ${columns} FROM ${from} ORDER BY family, first_number, cidr`);
      return rows.getRowsJson();
    }),
  );
  assert.ok((csv?.length ?? 0) > 50);
  assert.equal(json, csv);
  assert.equal(sql, csv);
});

test.run();
