// The health of the connection table of this network namespace, by the kernel's counters.
import type { Files, Runner } from "../host/index.ts";

/** Values that could not be read are undefined. */
export interface TableHealth {
  /** The number of tracked connections. */
  readonly entries: number | undefined;
  /** The maximum: beyond it, packets of new connections are dropped. */
  readonly limit: number | undefined;
  /** Since the namespace was created; undefined if the kernel does not count. */
  readonly counters: TableCounters | undefined;
}

export interface TableCounters {
  /** Connections that could not be inserted, because another has the same addresses and ports, as when no port is free. */
  readonly insertFailed: number;
  /** Packets dropped because the table was full or memory was exhausted. */
  readonly drop: number;
  /** Connections evicted from a full table to make room for others. */
  readonly earlyDrop: number;
}

const COUNT = "/proc/sys/net/netfilter/nf_conntrack_count";
const LIMIT = "/proc/sys/net/netfilter/nf_conntrack_max";
const STATISTICS = "/proc/net/stat/nf_conntrack";

/** Reads /proc, or if that fails, as on Deno, the tool's output, which lacks the limit. */
export async function readTableHealth(files: Pick<Files, "read">, run: Runner): Promise<TableHealth> {
  const number = (path: string) => numberOf(files.read(path));
  const [entries, limit] = [number(COUNT), number(LIMIT)];
  const statistics = files.read(STATISTICS);
  if (entries !== undefined)
    return { entries, limit, counters: (statistics && parseStatistics(statistics)) || undefined };
  const ask = async (option: string) => {
    try {
      const { exit, stdout } = await run("conntrack", [option]);
      return exit === 0 ? new TextDecoder().decode(stdout) : undefined;
    } catch {
      return undefined;
    }
  };
  const [count, counters] = await Promise.all([ask("-C"), ask("-S")]);
  return {
    entries: numberOf(count),
    limit,
    counters: counters === undefined ? undefined : parseToolStatistics(counters),
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : undefined;
}

/** Parses a header line and a line of hexadecimal numbers for each processor (nf_conntrack_standalone.c, `ct_cpu_seq_show`). */
export function parseStatistics(text: string): TableCounters | undefined {
  const [names = "", ...rows] = text.trim().split("\n");
  const columns = names.trim().split(/\s+/);
  const values = rows.map((row) => row.trim().split(/\s+/));
  const sum = (name: string) => {
    const at = columns.indexOf(name);
    return at < 0 ? 0 : values.reduce((total, row) => total + (Number.parseInt(row[at] ?? "", 16) || 0), 0);
  };
  if (!columns.includes("drop")) return undefined;
  return { insertFailed: sum("insert_failed"), drop: sum("drop"), earlyDrop: sum("early_drop") };
}

/** Parses `cpu=0  found=3 … insert_failed=0 drop=0 early_drop=0 …`, one line per processor. */
export function parseToolStatistics(text: string): TableCounters | undefined {
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`(?:^|\\s)${name}=(\\d+)`, "gm"))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  if (!/\bdrop=\d/.test(text)) return undefined;
  return { insertFailed: sum("insert_failed"), drop: sum("drop"), earlyDrop: sum("early_drop") };
}
