// Compiles the config's files and the flags to a policy, as the agent does.
import { checkTableName } from "../backends/nftables/index.ts";
import { type ParsedConfig, parseConfigs } from "../config/index.ts";
import { checkChainName, compilePolicy, type FamilyPolicy, parsePorts } from "../policy/index.ts";
import type { BackendName, ConfigText, Flags } from "./state.ts";

export interface Evaluation {
  readonly parsed: ParsedConfig;
  /** What is wrong with each text flag; undefined if it is valid. */
  readonly problems: {
    readonly chain: string | undefined;
    readonly ports: string | undefined;
    readonly table: string | undefined;
  };
  /** Undefined if the config or a flag is invalid. */
  readonly policy: readonly FamilyPolicy[] | undefined;
}

export function evaluate(files: readonly ConfigText[], flags: Flags): Evaluation {
  const { ipv6, reservedRanges } = flags;
  const sources = files.map(({ file, text }) => ({ file, bytes: text }));
  const parsed = parseConfigs(sources, { ipv6, reservedRanges });
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

/** Returns the backend in use: only nftables can enforce, and --backend=auto would choose it then. */
export function backendFor({ backend }: Flags, isEnforced: boolean): BackendName {
  return isEnforced ? "nftables" : backend;
}
