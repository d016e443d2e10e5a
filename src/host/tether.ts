// Ties the life of a tool to ours.
import process from "node:process";
import { locate } from "./search-path.ts";

export interface Tethered {
  readonly file: string;
  readonly args: readonly string[];
  readonly tied: boolean;
}

/** The path of setpriv; undefined if it is not to be used. */
let setpriv: string | undefined;

/**
 * From now on tools die with this process, even if that dies by SIGKILL. For the service: a command ends soon by itself,
 * and would start later by 0.8 ms for each tool. Nothing changes on Deno, where a permission to run setpriv would be one to
 * run anything, and for process 1 of a container, with which the kernel ends all of the container.
 */
export function tieTools(): void {
  if (!("deno" in process.versions) && process.pid !== 1) setpriv = locate("setpriv");
}

/**
 * The command that runs a tool so that the kernel kills it when this process dies: `setpriv --pdeathsig` sets
 * PR_SET_PDEATHSIG and becomes the tool. The plain command if tools are not tied, or there is no setpriv.
 */
export function tethered(name: string, args: readonly string[]): Tethered {
  const tool = setpriv === undefined ? undefined : locate(name);
  // A tool that cannot be found is started by its name, for the error that says so.
  if (setpriv === undefined || tool === undefined) return { file: name, args, tied: false };
  return { file: setpriv, args: ["--pdeathsig", "KILL", "--", tool, ...args], tied: true };
}

/**
 * Did setpriv end without becoming the tool? It is not used any more then: BusyBox and util-linux before 2.33 have one
 * without the option.
 */
export function tetherFailed({ tied }: Tethered, stderr: string): boolean {
  if (!tied || !stderr.startsWith("setpriv: ")) return false;
  setpriv = undefined;
  return true;
}
