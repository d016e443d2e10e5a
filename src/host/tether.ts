// Ties the life of a tool to ours.
import process from "node:process";
import { locate } from "./search-path.ts";

export interface Tethered {
  readonly file: string;
  readonly args: readonly string[];
  readonly tied: boolean;
}

/** The path of setpriv; undefined if it is not to be used, null before the first look. */
let setpriv: string | undefined | null = null;

/**
 * The command that runs a tool so that the kernel kills it when this process dies, even by SIGKILL: `setpriv
 * --pdeathsig` sets PR_SET_PDEATHSIG and becomes the tool, for 0.8 ms. The plain command if there is no setpriv; on Deno,
 * where a permission to run setpriv would be one to run anything; and as process 1 of a container, with which the kernel
 * ends all of the container.
 */
export function tethered(name: string, args: readonly string[]): Tethered {
  if (setpriv === null) setpriv = "deno" in process.versions || process.pid === 1 ? undefined : locate("setpriv");
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
