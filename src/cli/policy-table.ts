// render --to=table: a policy, or the difference between two, as rows that databases can join.
import type { Family } from "../core/index.ts";
import {
  type Block,
  blocksOf,
  type Decision,
  diffJudges,
  formatAddressRange,
  type Judge,
  judgeOf,
  type Stretch,
  stretchesOf,
} from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { readStdinOnce } from "./input.ts";
import type { Io } from "./io.ts";
import { givenFiles, originOf, readFileOutcomes, readGivenOutcomes } from "./outcomes.ts";
import { createOutput } from "./output.ts";
import type { Settings } from "./settings.ts";
import type { TableFormat } from "./table-format.ts";

type Value = string | number;
interface Column {
  readonly name: string;
  readonly type: string;
}

/** The columns of an address block and of a decision. */
const BLOCK: readonly Column[] = [
  { name: "family", type: "SMALLINT" },
  { name: "cidr", type: "VARCHAR(43)" },
  { name: "first_address", type: "VARCHAR(39)" },
  { name: "last_address", type: "VARCHAR(39)" },
  // IPv4 only.
  { name: "first_number", type: "BIGINT" },
  { name: "last_number", type: "BIGINT" },
];
const DECISION: readonly Column[] = [
  { name: "verdict", type: "VARCHAR(10)" },
  { name: "snat_to", type: "VARCHAR(79)" },
  { name: "depends_on", type: "VARCHAR(40)" },
  { name: "rule", type: "VARCHAR(43)" },
  { name: "origin", type: "VARCHAR(4096)" },
];
const prefixed = (prefix: string) => DECISION.map(({ name, type }) => ({ name: `${prefix}_${name}`, type }));

const POLICY = { name: "masq_policy", columns: [...BLOCK, ...DECISION] };
const CHANGES = { name: "masq_changes", columns: [...BLOCK, ...prefixed("old"), ...prefixed("new")] };

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/** Prints the table. In the table of a policy every address of a family is in exactly one row. */
export async function renderTable(settings: Settings, io: Io): Promise<number> {
  const { from } = settings.flows;
  if (settings.json) throw new UsageError("--output does not work with --to=table: use --format=csv, jsonl or sql");
  readStdinOnce(...givenFiles(settings), from);
  const known = { source: false, outputInterface: undefined };
  const before = from === undefined ? undefined : judgeOf(await readFileOutcomes(from, settings, io), known);
  const after = judgeOf(await readGivenOutcomes(settings, io), known);
  const families = FAMILIES.filter((family) => settings.families === "all" || settings.families === family);
  const table = before ? CHANGES : POLICY;
  const rows = before ? changeRows(before, after, families) : policyRows(after, families);
  const output = createOutput();
  const encoder = new TextEncoder();
  let text = "";
  for (const part of FORMATS[settings.tableFormat](table, rows)) {
    text += part;
    if (text.length < CHUNK_CHARACTERS) continue;
    await output.write(encoder.encode(text));
    text = "";
  }
  await output.write(encoder.encode(text));
  await output.end();
  return 0;
}

/** Characters to collect for one write. */
const CHUNK_CHARACTERS = 1 << 18;

function* policyRows(judge: Judge, families: readonly Family[]): Generator<readonly Value[], void, void> {
  for (const family of families) {
    // The stretches of a rule are adjacent or recur between those of others.
    const known = memoized((index) => decisionValues(judge.decision(index)));
    const blocks = blocksOf(family, stretchesOf(judge, family));
    for (const block of blocks) yield [...blockValues(block, family), ...known(block.value)];
  }
}

function* changeRows(
  before: Judge,
  after: Judge,
  families: readonly Family[],
): Generator<readonly Value[], void, void> {
  for (const { family, differences } of diffJudges(before, after, families)) {
    const stretches = differences.map(
      (difference): Stretch<typeof difference> => ({ ...difference, value: difference }),
    );
    for (const block of blocksOf(family, stretches)) {
      const { before: from, after: to } = block.value;
      const decisions = [before.decision(from), after.decision(to)];
      yield [...blockValues(block, family), ...decisions.flatMap(decisionValues)];
    }
  }
}

/** How many decisions are memoized. */
const MAX_MEMOIZED = 10_000;

function memoized<T>(make: (index: number) => T): (index: number) => T {
  const known = new Map<number, T>();
  return (index) => {
    const found = known.get(index);
    if (found !== undefined) return found;
    if (known.size >= MAX_MEMOIZED) known.clear();
    const made = make(index);
    known.set(index, made);
    return made;
  };
}

/** An empty string means no value. */
function blockValues<T>({ cidr, first, last, numbers }: Block<T>, family: Family): readonly Value[] {
  return [family === "ipv4" ? 4 : 6, cidr, first, last, ...(numbers ?? ["", ""])];
}

function decisionValues(decision: Decision): readonly Value[] {
  const { verdict, dependsOn, rule } = decision;
  const to = verdict.kind === "snat" ? formatAddressRange(verdict.to) : "";
  return [verdict.kind, to, dependsOn.join(" "), rule?.prefix.network ?? "", originOf(decision)];
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

type Format = (table: Table, rows: Iterable<readonly Value[]>) => Generator<string, void, void>;

const FORMATS: Readonly<Record<TableFormat, Format>> = { csv: csvOf, jsonl: jsonOf, sql: sqlOf };

const csvCell = (value: Value) =>
  typeof value === "string" && /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : `${value}`;

function* csvOf({ columns }: Table, rows: Iterable<readonly Value[]>): Generator<string, void, void> {
  yield `${columns.map(({ name }) => name).join(",")}\n`;
  for (const row of rows) yield `${row.map(csvCell).join(",")}\n`;
}

/** JSON lines; members without a value are left out. */
function* jsonOf({ columns }: Table, rows: Iterable<readonly Value[]>): Generator<string, void, void> {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  for (const row of rows) {
    const members = row.flatMap((value, i) => (value === "" ? [] : [`${keys[i]}${JSON.stringify(value)}`]));
    yield `{${members.join(",")}}\n`;
  }
}

/** Rows of one INSERT: a number that every database accepts. */
const ROWS_PER_INSERT = 500;

const sqlValue = (value: Value) =>
  typeof value === "number" ? `${value}` : value === "" ? "NULL" : `'${value.replaceAll("'", "''")}'`;

function* sqlOf({ name, columns }: Table, rows: Iterable<readonly Value[]>): Generator<string, void, void> {
  yield `CREATE TABLE ${name} (\n${columns.map((column) => `  ${column.name} ${column.type}`).join(",\n")}\n);\n`;
  let count = 0;
  for (const row of rows) {
    yield count % ROWS_PER_INSERT === 0 ? `${count > 0 ? ";\n" : ""}INSERT INTO ${name} VALUES\n` : ",\n";
    yield `(${row.map(sqlValue).join(", ")})`;
    count++;
  }
  if (count > 0) yield ";\n";
}
