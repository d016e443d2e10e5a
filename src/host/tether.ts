// Ties the life of a tool to ours.
import process from "node:process";
import { locate } from "./search-path.ts";

export interface Tethered {
  readonly file: string;
  readonly args: readonly string[];
  readonly tied: boolean;
}

/** Which tools are tied: those that are given something to write, or all. */
let tied: "writers" | "all" = "writers";

/** The path of setpriv; empty if it is not to be used, undefined until it is looked for. */
let setpriv: string | undefined;

/**
 * Ties all tools to this process from now on, even if that dies by SIGKILL. For the service: a command ends soon by itself, and
 * would start later by 0.8 ms for each tool. What a tool of a command writes must not come after the command's end, though: those
 * are always tied.
 */
export function tieTools(): void {
  tied = "all";
}

/**
 * Nothing is tied on Deno, where a permission to run setpriv would be one to run anything, and by process 1 of a container,
 * with which the kernel ends all of the container.
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
  // A tool that cannot be found is started by its name, for the error that says so.
  if (!setpriv || tool === undefined) return { file: name, args, tied: false };
  return { file: setpriv, args: ["--pdeathsig", "KILL", "--", tool, ...args], tied: true };
}

/**
 * Did setpriv end without becoming the tool? It is not used any more then: BusyBox and util-linux before 2.33 have one
 * without the option.
 */
export function tetherFailed({ tied }: Tethered, stderr: string): boolean {
  if (!tied || !stderr.startsWith("setpriv: ")) return false;
  setpriv = "";
  return true;
}
