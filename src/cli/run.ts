// ip-masq-agent run: maintains the rules until a signal arrives.
import process from "node:process";
import { createLog, keepHeapSmall, type Log, type Run, run as runLoop } from "../agent/index.ts";
import { killTools, shortenLockWait, tieTools } from "../host/index.ts";
import { cleanup } from "./cleanup.ts";
import { UsageError } from "./flags.ts";
import type { Io } from "./io.ts";
import { closeDebugger } from "./no-debugger.ts";
import { openerOf } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { RUNTIME, VERSION } from "./version.ts";

/**
 * How long to wait, after a signal, for running syncs, for the removal of the rules (which waits up to 10 s for iptables'
 * lock), and for the last lines of the log. Together far less than the 30 s that Kubernetes grants.
 */
const SYNC_MS = 1_000;
const CLEANUP_MS = 15_000;
const FLUSH_MS = 500;

/** The flags that say where the rules are. */
const PLACE = /^--(masq-chain|nft-table)=/;

/** The message for users who start the agent on a terminal, perhaps by accident. */
function greeting({ cleanupOnExit, given }: Settings): string {
  const cleanup = ["ip-masq-agent cleanup", ...given.filter((flag) => PLACE.test(flag))].join(" ");
  const end = cleanupOnExit
    ? "Ctrl-C stops it and removes them."
    : `Ctrl-C stops it, and the rules stay: ${cleanup} removes them.`;
  return `The agent now maintains this node's masquerading rules. ${end}`;
}

/** Whether `work` ends within this many milliseconds. */
function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), ms);
    work.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
  });
}

/** Runs until SIGTERM or SIGINT; the rules stay, unless --cleanup-on-exit is given. SIGHUP syncs at once. */
export async function run(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  if (settings.paths.includes("-")) {
    throw new UsageError("run cannot use --config=-: it follows changes to its config, so name a file");
  }
  // Signals first: one that arrives while the loop starts must neither kill the process nor get lost. A second one is ignored.
  let loop: Run | undefined;
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, resolve);
  });
  process.on("SIGHUP", () => loop?.sync());

  if (process.stderr.isTTY) io.warn(greeting(settings));
  await keepHeapSmall();
  tieTools();
  const log = createLog(settings.log);
  log.event("info", `ip-masq-agent version: ${VERSION} (${RUNTIME})`);
  for (const [name, value] of settings.effective) log.event("info", `FLAG: --${name}=${JSON.stringify(value)}`);
  if (settings.ignored.length > 0) {
    log.event("info", `flags that have no effect in this agent: --${settings.ignored.join(", --")}`);
  }
  void closeDebugger();
  loop = await runLoop({
    paths: settings.paths,
    config: settings.config,
    policy: settings.policy,
    listen: settings.listen,
    version: VERSION,
    runtime: RUNTIME,
    open: openerOf(
      settings,
      (message) => log.state(message, "warning", message),
      (message) => log.event("info", message),
    ),
    log,
    watchRules: settings.watchRules,
    reset: settings.reset,
    nftTable: settings.backendFlag("nft-table"),
    busiestDestinations: settings.busiestDestinations,
  });

  const name = await signal;
  log.event("info", `${name}: stopping, the rules ${settings.cleanupOnExit ? "are removed" : "stay"}`);
  shortenLockWait();
  const stopped = loop.stop();
  if (!(await endsWithin(SYNC_MS, stopped))) {
    // A transaction is applied whole or not at all, even if its tool is killed; and none may be applied after we exit.
    log.event("warning", "a running sync did not end in time; its tool is killed");
    killTools();
  }
  if (!settings.cleanupOnExit) return exitAfterLog(0, log);
  let exit = 1;
  const toLog: Io = { ...io, print: (text) => log.event("info", text), warn: (text) => log.event("error", text) };
  const cleaned = cleanup(settings, [], toLog).then((code) => {
    exit = code;
  });
  if (!(await endsWithin(CLEANUP_MS, cleaned))) killTools();
  if (exit !== 0) log.event("error", "not all rules could be removed: run ip-masq-agent cleanup");
  return exitAfterLog(exit, log);
}

/** Exits once the log is written, or cannot be, even if something else would keep the process alive. */
async function exitAfterLog(exit: number, log: Log): Promise<never> {
  await endsWithin(FLUSH_MS, log.flushed());
  process.exit(exit);
}
