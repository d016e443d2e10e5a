// Finds other processes of this network namespace.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";

export interface Neighbour {
  readonly pid: number;
  /** Its command line, the program first. */
  readonly command: readonly string[];
  /** The path by which this process can open a file that has the given path in the neighbour. */
  pathOf(file: string): string;
  /** Whether it holds the socket with this inode number. */
  holds(inode: string): boolean;
}

/**
 * The processes in this network namespace whose command line matches. Empty if `/proc` is missing or cannot be read, as on
 * Deno. Processes whose namespace cannot be read, such as another user's, are left out.
 */
export function findNeighbours(matches: (command: readonly string[]) => boolean): readonly Neighbour[] {
  const own = readLink("/proc/self/ns/net");
  if (own === undefined) return [];
  return pids().flatMap((pid): Neighbour[] => {
    const command = readCommand(pid);
    if (pid === process.pid || !matches(command) || readLink(`/proc/${pid}/ns/net`) !== own) return [];
    return [{ pid, command, pathOf: (file) => pathOf(pid, file), holds: (inode) => holds(pid, inode) }];
  });
}

function pids(): readonly number[] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

/** Empty for a thread of the kernel, and for a process that has just ended. */
function readCommand(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0$/, "").split("\0");
  } catch {
    return [];
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** `/proc/PID/root` and `/proc/PID/cwd` lead into the file system of the process, which may be another container's. */
function pathOf(pid: number, file: string): string {
  const isShared =
    readLink(`/proc/${pid}/ns/mnt`) === readLink("/proc/self/ns/mnt") && readLink(`/proc/${pid}/root`) === "/";
  const isAbsolute = file.startsWith("/");
  if (isShared && isAbsolute) return file;
  if (isAbsolute) return `/proc/${pid}/root${file}`;
  const folder = isShared ? readLink(`/proc/${pid}/cwd`) : undefined;
  return `${folder ?? `/proc/${pid}/cwd`}/${file}`;
}

function holds(pid: number, inode: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((name) => readLink(`${folder}/${name}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}
