// A run of a tool: its input, its result, and how it can fail.
import { ReportedError } from "../errors/index.ts";
import { excerpt } from "./bounded.ts";

/** The code of errors for a missing permission. */
export const NOT_PERMITTED = "not-permitted";

/** The tools' messages about missing permissions. */
const DENIED = /\b(permission denied|operation not permitted)\b|\byou must be root\b/i;

/** A run failed. The message begins with the missing permission if that is the cause. */
export class ToolError extends ReportedError {
  readonly reason: "missing" | "failed" | "hung" | "flooded" | "unreadable";
  readonly command: string;
  /** The exit code; null if it did not exit by itself. */
  readonly exit: number | null;
  readonly stderr: string;
  /** The command, its exit and its standard error. */
  readonly evidence: string;

  constructor(reason: ToolError["reason"], command: string, exit: number | null, stderr: string, detail: string) {
    const isDenied = reason === "failed" && DENIED.test(stderr);
    const need = isDenied ? "needs root, or the capability NET_ADMIN in this network namespace\n" : "";
    const evidence = `${command}: ${detail}${stderr ? `\n${excerpt(stderr).replace(/^/gm, "  | ")}` : ""}`;
    super(`${need}${evidence}`, { code: isDenied ? NOT_PERMITTED : `tool-${reason}` });
    this.reason = reason;
    this.command = command;
    this.exit = exit;
    this.stderr = stderr;
    this.evidence = evidence;
  }
}

export interface ToolRun {
  readonly command: string;
  readonly exit: number;
  readonly stdout: Uint8Array;
  /** Trimmed; if there are more than 64 KiB, the first and the last 32 KiB. */
  readonly stderr: string;
}

export interface ToolInput {
  /** The standard input. */
  readonly input?: string | Uint8Array;
  /** Whether the tool opens `/dev/stdin`, which fails for Node's pipes, which are sockets: the input is a file in memory. */
  readonly reopens?: boolean;
  /** Whether the output may be megabytes. */
  readonly large?: boolean;
  /** Milliseconds after which it is killed; by default 30 s, and more for megabytes of input. */
  readonly timeout?: number;
}

/** Runs a tool as {@link runTool} does. Injected, so that tests can replace it. */
export type Runner = (name: string, args: readonly string[], how?: ToolInput) => Promise<ToolRun>;

/** The Debian packages of tools that are not in the iptables package. */
const PACKAGES: Readonly<Record<string, string>> = { nft: "nftables", conntrack: "conntrack" };

/** The message for a missing tool. */
export const missingTool = (name: string): string =>
  `not found; install the ${PACKAGES[name] ?? "iptables"} package, or check PATH`;

/** Runs a tool. Throws {@link ToolError} for any exit code but 0. */
export async function runToolOrThrow(
  run: Runner,
  name: string,
  args: readonly string[],
  how?: ToolInput,
): Promise<ToolRun> {
  const ended = await run(name, args, how);
  if (ended.exit !== 0) throw exitError(ended);
  return ended;
}

/** The error for a run with an exit code other than 0. */
export function exitError(run: ToolRun, why?: string): ToolError {
  return new ToolError("failed", run.command, run.exit, run.stderr, `exit ${run.exit}${why ? `: ${why}` : ""}`);
}

/** Whether an error means that a tool is not installed. */
export const isMissing = (error: unknown): boolean => error instanceof ToolError && error.reason === "missing";

/** For `catch`: returns undefined for a missing tool, and throws any other error again. */
export function ifMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
