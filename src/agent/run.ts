// The long-running loop: read the config, sync each family, wait.
import { setTimeout as sleep } from "node:timers/promises";
import { type Config, type ConfigOptions, formatDiagnostic, formatDuration } from "../config/index.ts";
import type { Backend } from "../kernel/index.ts";
import { decide, type FamilyPolicy, type PolicyOptions } from "../policy/index.ts";
import { type ConfigFile, readConfigFile } from "./config-file.ts";
import type { Log } from "./log.ts";

export interface RunOptions {
  readonly config: ConfigOptions;
  readonly policy: PolicyOptions;
  /** Opens the way into the kernel; asked again after a failure. */
  readonly open: () => Promise<Backend>;
  readonly log: Log;
  /** Ends the loop: a sync under way is finished, the rules stay. */
  readonly signal: AbortSignal;
}

/** Between two looks while no config has ever been valid, and while the backend cannot be opened. */
const FALLBACK_INTERVAL_NS = 60_000_000_000n;

/** The longest delay a timer takes (2^31 - 1 ms): a longer interval is waited for in parts. */
const MAX_TIMER_MS = 0x7fffffff;

/** Runs until `signal` aborts. The last valid config stays in force until a better one is valid. */
export async function run({ config: configOptions, policy, open, log, signal }: RunOptions): Promise<void> {
  let config: Config | undefined;
  let reported = "";
  let backend: Backend | undefined;

  const takeConfig = (file: ConfigFile): void => {
    const state = file.found ? file.text : "absent";
    if (state !== reported) {
      reported = state;
      if (!file.found) log("I", `no config file at ${configOptions.file}, the defaults apply`);
      for (const diagnostic of file.diagnostics) {
        log(diagnostic.severity === "error" ? "E" : "W", formatDiagnostic(diagnostic, file.text));
      }
      if (!file.config)
        log("E", `the config is invalid: ${config ? "the last valid one stays in force" : "no rule is changed"}`);
      else log("I", `using config: ${summary(file.config)}`);
    }
    config = file.config ?? config;
  };

  const syncFamily = async (to: Backend, part: FamilyPolicy): Promise<boolean> => {
    try {
      const written = await to.sync(part);
      if (written) {
        const { added, removed, kept } = written.counts;
        log("I", `${to.name} ${part.family}: ${added} rules added, ${removed} removed, ${kept} kept`);
      }
      return true;
    } catch (error) {
      log("E", `${to.name} ${part.family}: ${(error as Error).message}`);
      return false;
    }
  };

  while (!signal.aborted) {
    try {
      takeConfig(await readConfigFile(configOptions));
    } catch (error) {
      log("E", `${(error as Error).message}${config ? "; the last valid config stays in force" : ""}`);
    }
    if (config) {
      try {
        backend ??= await open();
        const to = backend;
        const good = await Promise.all(decide(config, policy).map((part) => syncFamily(to, part)));
        if (good.includes(false)) backend = undefined;
      } catch (error) {
        log("E", (error as Error).message);
      }
    }
    await wait(config?.resyncInterval ?? FALLBACK_INTERVAL_NS, signal);
  }
}

async function wait(ns: bigint, signal: AbortSignal): Promise<void> {
  for (let left = Number(ns / 1_000_000n); left > 0 && !signal.aborted; left -= MAX_TIMER_MS) {
    await sleep(Math.min(left, MAX_TIMER_MS), undefined, { signal }).catch(() => {});
  }
}

function summary(config: Config): string {
  const list = config.nonMasqueradeCIDRs.map(({ text }) => text).join(", ");
  return `nonMasqueradeCIDRs [${list}], resync every ${formatDuration(config.resyncInterval)}`;
}
