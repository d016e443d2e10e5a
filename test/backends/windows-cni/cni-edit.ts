import { diffCniConfig } from "../../../src/backends/windows-cni/index.ts";
import { parseConfig } from "../../../src/config/index.ts";
import { compilePolicy, type FamilyPolicy } from "../../../src/policy/index.ts";

/** The IPv4 policy of a config with these CIDRs. */
export function policyOf(cidrs: readonly string[], more = ""): FamilyPolicy {
  const text = `nonMasqueradeCIDRs: ${JSON.stringify(cidrs)}\n${more}`;
  const { config } = parseConfig(text, { file: "config", ipv6: true, reservedRanges: false });
  const [policy] = config ? compilePolicy(config, { chain: "X", ipv6: false, randomFully: true, ports: [] }) : [];
  if (!policy) throw new Error(`no policy: ${text}`);
  return policy;
}

/** The CNI config with these CIDRs as exceptions, or undefined if it has them. */
export const edit = (text: string, cidrs: readonly string[]) => diffCniConfig(policyOf(cidrs), text)?.text;

/** A CNI config with these policies. */
export const nat = (policies: string) => `{"type":"win-bridge","policies":[${policies}]}`;
