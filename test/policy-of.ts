import { parseConfig } from "../src/config/index.ts";
import { compilePolicy, type FamilyPolicy } from "../src/policy/index.ts";

/** The IPv4 policy that keeps the source address of packets to these CIDRs. */
export function policyOf(...cidrs: readonly string[]): FamilyPolicy {
  const text = JSON.stringify({ nonMasqueradeCIDRs: cidrs, masqLinkLocal: true });
  const { config } = parseConfig(text, { file: "test", ipv6: false, reservedRanges: false });
  const options = { chain: "IP-MASQ-AGENT", ipv6: false, randomFully: false, ports: [] };
  const [policy] = config ? compilePolicy(config, options) : [];
  if (!policy) throw new Error(`no policy of ${text}`);
  return policy;
}
