// The long-running loop: read the config, sync each family, wait.
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
export async function run({
  config: configOptions,
  policy: policyOptions,
  open,
  log,
  signal,
}: RunOptions): Promise<void> {
  let file: ConfigFile | undefined;
  let config: Config | undefined;
  let policy: readonly FamilyPolicy[] = [];
  let backend: Backend | undefined;

  const followConfig = (): void => {
    const now = readConfigFile(configOptions, file);
    if (now === file) return;
    file = now;
    if (!now.bytes) log("I", `no config file at ${configOptions.file}, the defaults apply`);
    for (const diagnostic of now.diagnostics) {
      log(diagnostic.severity === "error" ? "E" : "W", formatDiagnostic(diagnostic, now.text));
    }
    if (!now.config) {
      log("E", `the config is invalid: ${config ? "the last valid one stays in force" : "no rule is changed"}`);
      return;
    }
    config = now.config;
    policy = decide(config, policyOptions);
    log("I", `using config: ${summary(config)}`);
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
      followConfig();
    } catch (error) {
      log("E", `${(error as Error).message}${config ? "; the last valid config stays in force" : ""}`);
    }
    if (config) {
      try {
        backend ??= await open();
        const to = backend;
        const good = await Promise.all(policy.map((part) => syncFamily(to, part)));
        if (good.includes(false)) backend = undefined;
      } catch (error) {
        log("E", (error as Error).message);
      }
    }
    await wait(config?.resyncInterval ?? FALLBACK_INTERVAL_NS, signal);
  }
}

/** Waits, or until `signal` aborts. */
async function wait(ns: bigint, signal: AbortSignal): Promise<void> {
  for (let left = Number(ns / 1_000_000n); left > 0 && !signal.aborted; left -= MAX_TIMER_MS) {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(left, MAX_TIMER_MS));
      signal.addEventListener("abort", done);
    });
  }
}

function summary(config: Config): string {
  const list = config.nonMasqueradeCIDRs.map(({ text }) => text).join(", ");
  return `nonMasqueradeCIDRs [${list}], resync every ${formatDuration(config.resyncInterval)}`;
}
