// Config text and flags to policy, as the agent itself does it.
import { type ParsedConfig, parseConfig } from "../config/index.ts";
import { checkChainName, compilePolicy, type FamilyPolicy, parsePorts } from "../policy/index.ts";
import type { Flags } from "./state.ts";

export interface Evaluation {
  readonly parsed: ParsedConfig;
  /** What is wrong with the flags that are text; undefined where nothing is. */
  readonly problems: { readonly chain: string | undefined; readonly ports: string | undefined };
  /** Undefined where the config is invalid or a flag is. */
  readonly policy: readonly FamilyPolicy[] | undefined;
}

/** The name that diagnostics give the config. */
export const FILE = "config";

export function evaluate(config: string, flags: Flags): Evaluation {
  const parsed = parseConfig(config, { file: FILE, ipv6: flags.ipv6, reservedRanges: flags.reservedRanges });
  const ports = parsePorts(flags.ports);
  const problems = {
    chain: checkChainName(flags.chain),
    ports: ports.ok ? undefined : ports.hint ? `${ports.message}; ${ports.hint}` : ports.message,
  };
  const policy =
    parsed.config && ports.ok && problems.chain === undefined
      ? compilePolicy(parsed.config, { ...flags, ports: ports.ranges })
      : undefined;
  return { parsed, problems, policy };
}
