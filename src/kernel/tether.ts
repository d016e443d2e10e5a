// Ties the life of a tool to ours.
import { spawnSync } from "node:child_process";
import process from "node:process";
import { locate } from "./search-path.ts";

let setpriv: string | undefined | null = null;

/**
 * The command that runs a tool so that the kernel kills it when this process dies, even by SIGKILL: `setpriv
 * --pdeathsig` (util-linux 2.33 and later) sets PR_SET_PDEATHSIG and becomes the tool, for 0.8 ms. The plain command
 * if there is no such setpriv, and on Deno, where a permission to run setpriv would be one to run anything.
 *
 * As process 1 of a container this is not needed: when it dies the kernel ends the whole container.
 */
export function tethered(name: string, args: readonly string[]): [string, string[]] {
  if (setpriv === null) setpriv = "deno" in process.versions || process.pid === 1 ? undefined : usableSetpriv();
  const tool = setpriv && locate(name);
  // A tool that cannot be found is started by its name, for the error that says so.
  return setpriv && tool ? [setpriv, ["--pdeathsig", "KILL", "--", tool, ...args]] : [name, [...args]];
}

/** BusyBox has a setpriv without the option: it is tried once. */
function usableSetpriv(): string | undefined {
  const path = locate("setpriv");
  if (path === undefined) return undefined;
  const { status } = spawnSync(path, ["--pdeathsig", "KILL", "--help"], { stdio: "ignore", timeout: 1_000 });
  return status === 0 ? path : undefined;
}
