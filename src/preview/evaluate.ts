// Config text and flags to policy, as the agent itself does it.
import { checkTableName } from "../backends/nftables/index.ts";
import { type ParsedConfig, parseConfig } from "../config/index.ts";
import { checkChainName, compilePolicy, type FamilyPolicy, parsePorts } from "../policy/index.ts";
import type { BackendName, Flags } from "./state.ts";

export interface Evaluation {
  readonly parsed: ParsedConfig;
  /** What is wrong with each flag that is text; undefined if nothing is. */
  readonly problems: {
    readonly chain: string | undefined;
    readonly ports: string | undefined;
    readonly table: string | undefined;
  };
  /** Undefined if the config or a flag is invalid. */
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
    table:
      backendFor(flags, parsed.config?.enforceNonMasquerade === true) === "nftables"
        ? checkTableName(flags.table)
        : undefined,
  };
  const policy =
    parsed.config && ports.ok && problems.chain === undefined && problems.table === undefined
      ? compilePolicy(parsed.config, { ...flags, ports: ports.ranges })
      : undefined;
  return { parsed, problems, policy };
}

/** The backend that --backend=auto would move to if the flags name one that cannot enforce what the config enforces. */
export function backendFor({ backend }: Flags, isEnforced: boolean): BackendName {
  return isEnforced ? "nftables" : backend;
}
