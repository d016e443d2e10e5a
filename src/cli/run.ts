// ip-masq-agent run: keep the rules in place until told to stop.
import process from "node:process";
import { klog, run as runLoop } from "../agent/index.ts";
import { openBackend } from "./policy.ts";
import type { Settings } from "./settings.ts";
import { VERSION } from "./version.ts";

/** Ends with 0 on SIGTERM or SIGINT; the rules stay. */
export async function run(settings: Settings): Promise<number> {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      klog("I", `${signal}: stopping, the rules stay`);
      stop.abort();
    });
  }
  klog("I", `ip-masq-agent ${VERSION}: chain ${settings.policy.chain}, config ${settings.config.file}`);
  if (settings.ignored.length > 0) klog("I", `flags that have no effect here: --${settings.ignored.join(", --")}`);
  await runLoop({
    config: settings.config,
    policy: settings.policy,
    open: () => openBackend(settings),
    log: klog,
    signal: stop.signal,
  });
  return 0;
}
