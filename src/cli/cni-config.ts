// The CNI config file of a Windows node: the flags that name it, and what it cannot hold.
import { type CniConfigProblem, type WindowsCniBackend, windowsCniBackend } from "../backends/index.ts";
import { formatDiagnostics, type Unsupported } from "../config/index.ts";
import { FLAGS, UsageError } from "./flags.ts";

/** Flags that ask for what a CNI config has no place for, unless they have one of these values. */
const MEANINGLESS: readonly (readonly [flag: string, but: readonly string[], why: string])[] = [
  ["enable-ipv6", ["false"], "only IPv4 is written there, and IPv6 CIDRs of the config are passed over without it too"],
  ["family", ["all", "ipv4"], "only IPv4 is written there"],
  ["to-ports", [""], "Windows chooses source ports by itself"],
  ["iptables-variant", ["auto"], "no iptables is run for it"],
  ["cleanup-on-exit", ["false"], "what the file's list held before is not known"],
];

/** Keys that ask for what an OutBoundNAT policy cannot say: it has a list of destinations that are kept, and no more. */
export const UNSUPPORTED_ON_WINDOWS: Unsupported = {
  sourceCIDRs: "OutBoundNAT has no limit by source",
  outputInterfaces: "OutBoundNAT has no limit by interface",
  snat: "OutBoundNAT has no address to translate to",
};

/**
 * The CNI config file that holds the policy; undefined where iptables does. Throws {@link UsageError} where the flags do
 * not go together.
 */
export function cniConfigOf(flags: ReadonlyMap<string, string>): string | undefined {
  const [asks] = ["backend", "to"].filter((name) => flags.get(name) === "windows-cni");
  const file = flags.get("cni-config");
  if (!asks) {
    if (file === undefined) return undefined;
    throw new UsageError("--cni-config has a meaning only with --backend=windows-cni or --to=windows-cni");
  }
  if (!file) throw new UsageError(`--${asks}=windows-cni needs --cni-config=FILE, the node's CNI plugin's config file`);
  for (const [flag, but, why] of MEANINGLESS) {
    const value = flags.get(flag) ?? FLAGS[flag]?.fallback ?? "";
    if (!but.includes(value)) throw new UsageError(`--${flag} has no meaning with --${asks}=windows-cni: ${why}`);
  }
  return file;
}

/** The backend that keeps this file; its problems are shown as those of the agent's own config. */
export function openCniConfig(file: string): WindowsCniBackend {
  return windowsCniBackend(file, ({ code, message, hint, line, column, length }: CniConfigProblem, text) =>
    formatDiagnostics(
      [{ severity: "error", code, message, hint, file, line, column, length }],
      text.replace(/^\uFEFF/, ""),
    ),
  );
}
