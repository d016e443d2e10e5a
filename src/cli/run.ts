// ip-masq-agent run: keep the rules in place until told to stop.
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
 * After a signal: longest that syncs under way are waited for, and the removal of the rules, which waits 10 s for iptables'
 * lock, and that the last lines of the log are; together far less than the 30 s that Kubernetes grants. Milliseconds.
 */
const SYNC_MS = 1_000;
const CLEANUP_MS = 15_000;
const FLUSH_MS = 500;

/** What is said to a person who starts the agent on a terminal, perhaps without meaning to. */
function greeting(cleanupOnExit: boolean): string {
  const end = cleanupOnExit
    ? "Ctrl-C stops it and removes them."
    : "Ctrl-C stops it, and the rules stay: ip-masq-agent cleanup removes them.";
  return `The agent now keeps this node's masquerading rules in place. ${end}`;
}

/** Does `work` end within so many milliseconds? */
function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), ms);
    work.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
  });
}

/** Ends with 0 on SIGTERM or SIGINT; the rules stay, unless --cleanup-on-exit is given. SIGHUP syncs now. */
export async function run(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  if (settings.paths.includes("-")) {
    throw new UsageError("run follows its config: name a file; --config=- is for commands that end");
  }
  // Signals first: one that comes while the loop starts must neither kill it nor get lost, and a second one changes nothing.
  let loop: Run | undefined;
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, resolve);
  });
  process.on("SIGHUP", () => loop?.sync());

  if (process.stderr.isTTY) io.warn(greeting(settings.cleanupOnExit));
  await keepHeapSmall();
  tieTools();
  const log = createLog(settings.log);
  log.event("info", `ip-masq-agent version: ${VERSION} (${RUNTIME})`);
  for (const [name, value] of settings.effective) log.event("info", `FLAG: --${name}=${JSON.stringify(value)}`);
  if (settings.ignored.length > 0) {
    log.event("info", `flags that have no effect here: --${settings.ignored.join(", --")}`);
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
    // A transaction happens whole or not at all, also when its tool is killed; and none may happen once we are gone.
    log.event("warning", "a sync under way does not end in time, its tool is killed");
    killTools();
  }
  if (!settings.cleanupOnExit) return leave(0, log);
  let exit = 1;
  const toLog: Io = { ...io, print: (text) => log.event("info", text), warn: (text) => log.event("error", text) };
  const cleaned = cleanup(settings, [], toLog).then((code) => {
    exit = code;
  });
  if (!(await endsWithin(CLEANUP_MS, cleaned))) killTools();
  if (exit !== 0) log.event("error", "not all rules could be removed: run ip-masq-agent cleanup");
  return leave(exit, log);
}

/** Ends, whatever still holds the process, once the log is written or cannot be. */
async function leave(exit: number, log: Log): Promise<never> {
  await endsWithin(FLUSH_MS, log.flushed());
  process.exit(exit);
}
