// Reads the connections that the kernel tracks in this process's network namespace, any number of them.
import { reportedAs } from "../errors/index.ts";
import {
  fileReason,
  interfaceAddresses,
  isMissing,
  type LocalAddress,
  NOT_PERMITTED,
  type Runner,
  readPieces,
  runTool,
  type Streamer,
  streamTool,
  ToolError,
  yieldToOthers,
} from "../host/index.ts";
import { type Connection, parseConnection } from "./connection.ts";

/** The effects for reading and deleting connections. */
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
const SUDO = "run the command with sudo, or in the agent's pod";
const INSTALL = "install the conntrack package (conntrack-tools on Fedora and Alpine)";
const LIST = ["-L", "-o", "extended,id"] as const;

/** The number of connections in a batch, and the longest line in characters. */
const BATCH = 1_024;
const MAX_LINE = 4_096;

/** The totals of a read. */
export interface ReadTotals {
  /** How many connections were read. */
  connections: number;
  /** Lines that are not a connection. */
  unreadable: number;
  /** Whether there were more connections than the limit. */
  truncated: boolean;
}

export interface ReadOptions {
  /** The most connections to read. */
  readonly limit?: number;
  /** Milliseconds to work before other tasks get a turn; infinite for commands that do nothing else. */
  readonly turn?: number;
}

/**
 * Reads all connections, passes them to `use` in batches, and returns the totals. Connections that are opened or closed
 * meanwhile may be missing, and a connection may occur twice.
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

/** The contents of the kernel's file, or if that cannot be read, the output of the tool. */
async function* piecesOf({ pieces, stream }: ConntrackHost): AsyncGenerator<Uint8Array, void, void> {
  let refused: unknown;
  try {
    const file = pieces(FILE)[Symbol.iterator]();
    const first = file.next();
    if (!first.done) {
      yield first.value;
      yield* { [Symbol.iterator]: () => file };
    }
    return;
  } catch (error) {
    // A kernel may lack it (CONFIG_NF_CONNTRACK_PROCFS), only root may read it, and Deno does not read /proc.
    refused = error;
  }
  try {
    yield* stream("conntrack", LIST);
  } catch (error) {
    throw unreadable(refused, error);
  }
}

/** The error if neither the file nor the tool can be read: first what is missing, then the evidence. */
function unreadable(file: unknown, tool: unknown): ConntrackError {
  const isFileDenied = (file as NodeJS.ErrnoException).code === "EACCES";
  const toolReason = tool instanceof ToolError ? tool.evidence : (tool as Error).message;
  const evidence = `${FILE}: ${fileReason(file)}\n${isMissing(tool) ? "conntrack: not found in PATH" : toolReason}`;
  if (tool instanceof ToolError && tool.code === NOT_PERMITTED) {
    return new ConntrackError(
      `needs root or the capability NET_ADMIN to read this node's connections\n${evidence}`,
      SUDO,
    );
  }
  if (isFileDenied) return new ConntrackError(`needs root to read this node's connections\n${evidence}`, SUDO);
  return new ConntrackError(`cannot read this node's connections\n${evidence}`, isMissing(tool) ? INSTALL : undefined);
}

/** Splits pieces, which may end anywhere, into lines. */
function createLineSplitter() {
  const decoder = new TextDecoder("latin1");
  let rest = "";
  return {
    /** Returns the lines that end in this piece. */
    add: (piece: Uint8Array): readonly string[] => {
      const lines = `${rest}${decoder.decode(piece)}`.split("\n");
      // No connection is that long.
      rest = (lines.pop() ?? "").slice(0, MAX_LINE);
      return lines;
    },
    /** Whether the last line has no line end, so that it may be incomplete. */
    isCut: () => rest !== "",
  };
}
