// Reads the connections that the kernel tracks in this process's network namespace, as many as there may be.
import { reportedAs } from "../errors/index.ts";
import {
  interfaceAddresses,
  isMissing,
  type LocalAddress,
  type Runner,
  readPieces,
  runTool,
  type Streamer,
  streamTool,
  yieldToOthers,
} from "../host/index.ts";
import { type Connection, parseConnection } from "./connection.ts";

/** What connections are read and deleted with. */
export interface ConntrackHost {
  readonly run: Runner;
  readonly stream: Streamer;
  readonly pieces: (file: string) => Iterable<Uint8Array>;
  readonly addresses: () => Promise<readonly LocalAddress[] | undefined>;
}

/** This machine. */
export const thisConntrack: ConntrackHost = {
  run: runTool,
  stream: streamTool,
  pieces: readPieces,
  addresses: interfaceAddresses,
};

/** The connections cannot be read. */
export class ConntrackError extends reportedAs("connections-unreadable") {}

const FILE = "/proc/net/nf_conntrack";
const LIST = ["-L", "-o", "extended,id"] as const;

/** Connections that are handed over at once, and the longest line, in characters. */
const BATCH = 1_024;
const LONGEST_LINE = 4_096;

/** What was read besides connections. */
export interface ReadTotals {
  /** How many connections were handed over. */
  connections: number;
  /** Lines that are no connection: something else than the kernel or the tool prints. */
  unreadable: number;
  /** Were there more than the limit? */
  truncated: boolean;
}

export interface ReadOptions {
  /** Most connections that are read. */
  readonly limit?: number;
  /** Milliseconds of work between two turns for others; infinite for commands that do nothing else. */
  readonly turn?: number;
}

/**
 * Reads all connections, hands them over in batches, and returns how many there were. They change meanwhile: one that is opened or closed
 * while they are read may be missing, and one may come twice.
 *
 * Throws {@link ConntrackError} if neither the kernel's file nor the tool `conntrack` can be read.
 */
export async function readConnections(
  host: ConntrackHost,
  use: (batch: readonly Connection[]) => void,
  { limit = Number.POSITIVE_INFINITY, turn = Number.POSITIVE_INFINITY }: ReadOptions = {},
): Promise<ReadTotals> {
  const totals: ReadTotals = { connections: 0, unreadable: 0, truncated: false };
  let batch: Connection[] = [];
  const flush = () => {
    if (batch.length > 0) use(batch);
    totals.connections += batch.length;
    batch = [];
  };
  let begin = performance.now();
  const lines = createLineSplitter();
  for await (const piece of piecesOf(host)) {
    for (const line of lines.add(piece)) {
      if (totals.connections + batch.length >= limit) {
        totals.truncated = true;
        break;
      }
      const connection = parseConnection(line);
      if (connection) batch.push(connection);
      else totals.unreadable++;
      if (batch.length < BATCH) continue;
      flush();
      if (performance.now() - begin < turn) continue;
      await yieldToOthers();
      begin = performance.now();
    }
    if (totals.truncated) break;
  }
  flush();
  if (lines.isCut() && !totals.truncated) totals.unreadable++;
  return totals;
}

/** What the kernel's file holds; if it cannot be read, what the tool prints. */
async function* piecesOf({ pieces, stream }: ConntrackHost): AsyncGenerator<Uint8Array, void, void> {
  let refused: string;
  try {
    const file = pieces(FILE)[Symbol.iterator]();
    const first = file.next();
    if (!first.done) {
      yield first.value;
      yield* { [Symbol.iterator]: () => file };
    }
    return;
  } catch (error) {
    // A kernel may come without it (CONFIG_NF_CONNTRACK_PROCFS), only root reads it, and Deno lets nobody read /proc.
    const { code, message } = error as NodeJS.ErrnoException;
    refused = code === "ENOENT" ? "no such file" : code === "EACCES" ? "permission denied" : message;
  }
  try {
    yield* stream("conntrack", LIST);
  } catch (error) {
    const remedy = isMissing(error)
      ? "run as root, or install the conntrack package (conntrack-tools on Fedora and Alpine)"
      : "run as root or with the capability NET_ADMIN";
    throw new ConntrackError(
      `cannot read this node's connections: ${FILE}: ${refused}; ${(error as Error).message}\n${remedy}`,
    );
  }
}

/** Makes lines of pieces that are cut anywhere. */
function createLineSplitter() {
  const decoder = new TextDecoder("latin1");
  let rest = "";
  return {
    /** The lines that end in a piece. */
    add: (piece: Uint8Array): readonly string[] => {
      const lines = `${rest}${decoder.decode(piece)}`.split("\n");
      // No connection is that long.
      rest = (lines.pop() ?? "").slice(0, LONGEST_LINE);
      return lines;
    },
    /** Has the last line no end, so that it may be less than it was? */
    isCut: () => rest !== "",
  };
}
