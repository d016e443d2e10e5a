// ip-masq-agent run: keep the rules in place until told to stop.
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { createLog, run as runLoop } from "../agent/index.ts";
import { cleanup } from "./cleanup.ts";
import type { Io } from "./io.ts";
import { openBackend } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { RUNTIME, VERSION } from "./version.ts";

/**
 * Asks V8 to keep its heap small: left alone it lets garbage of months pile up before it looks. Deno takes such flags
 * from its command line only.
 */
function keepSmall(): void {
  for (const flag of ["--optimize-for-size", "--max-semi-space-size=1", "--semi-space-growth-factor=1"]) {
    setFlagsFromString(flag);
  }
}

/** Longest that a sync under way is waited for after SIGTERM or SIGINT. */
const STOP_MS = 1_800;

/** Ends with 0 on SIGTERM or SIGINT; the rules stay, unless --cleanup-on-exit is given. SIGHUP syncs now. */
export async function run(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  keepSmall();
  const log = createLog(settings.log);
  log.event(
    "info",
    `ip-masq-agent ${VERSION} on ${RUNTIME}: chain ${settings.policy.chain}, config ${settings.config.file}`,
  );
  if (settings.ignored.length > 0)
    log.event("info", `flags that have no effect here: --${settings.ignored.join(", --")}`);
  const loop = await runLoop({
    config: settings.config,
    policy: settings.policy,
    listen: settings.listen,
    version: VERSION,
    runtime: RUNTIME,
    open: () => openBackend(settings),
    log,
  });
  process.on("SIGHUP", () => {
    log.event("info", "SIGHUP: syncing now", 1);
    loop.sync();
  });
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, resolve);
  });
  const rules = settings.cleanupOnExit ? "the rules are removed" : "the rules stay";
  log.event("info", `${signal}: stopping, ${rules}`);
  const late = setTimeout(() => {
    log.event("warning", "a sync under way did not end in time; it happens whole or not at all");
    process.exit(0);
  }, STOP_MS);
  await loop.stop();
  clearTimeout(late);
  return settings.cleanupOnExit ? cleanup(settings, [], io) : 0;
}
