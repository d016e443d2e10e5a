// Ties the lifetime of a tool to that of this process.
import process from "node:process";
import { locate } from "./search-path.ts";

export interface Tethered {
  readonly file: string;
  readonly args: readonly string[];
  readonly tied: boolean;
}

/** Which tools are tied: those that write, or all. */
let tied: "writers" | "all" = "writers";

/** The path of setpriv; empty if it must not be used, undefined until it is looked up. */
let setpriv: string | undefined;

/**
 * From now on, ties all tools to this process, even if it is killed by SIGKILL. For the service: a command ends soon anyway,
 * and tying costs 0.8 ms per tool. Tools that write are always tied, so that none writes after a command has ended.
 */
export function tieTools(): void {
  tied = "all";
}

/**
 * Nothing is tied on Deno, where permission to run setpriv would mean permission to run anything, nor by process 1 of a
 * container, because the kernel ends the whole container with it.
 */
const canTie = () => !("deno" in process.versions) && process.pid !== 1;

/**
 * The command that runs a tool so that the kernel kills it when this process dies: `setpriv --pdeathsig` sets
 * PR_SET_PDEATHSIG and becomes the tool. The plain command if the tool is not tied, or there is no setpriv.
 */
export function tethered(name: string, args: readonly string[], isWriter = false): Tethered {
  const isTied = tied === "all" || isWriter;
  if (isTied) setpriv ??= (canTie() ? locate("setpriv") : undefined) ?? "";
  const tool = isTied && setpriv ? locate(name) : undefined;
  // A tool that is not found is started by its name, which causes the error for a missing tool.
  if (!setpriv || tool === undefined) return { file: name, args, tied: false };
  return { file: setpriv, args: ["--pdeathsig", "KILL", "--", tool, ...args], tied: true };
}

/**
 * Whether setpriv failed before it ran the tool. Then it is not used again: that of BusyBox, and of util-linux before 2.33,
 * lacks the option.
 */
export function tetherFailed({ tied }: Tethered, stderr: string): boolean {
  if (!tied || !stderr.startsWith("setpriv: ")) return false;
  setpriv = "";
  return true;
}
