import { parseConfig } from "../../../src/config/index.ts";
import { compilePolicy, type FamilyPolicy, type PolicyOptions } from "../../../src/policy/index.ts";

const OPTIONS: PolicyOptions = { chain: "IP-MASQ-AGENT", ipv6: true, randomFully: true, ports: [] };

/** The policies of both families for a config without link-local entries. */
export function policiesOf(
  config: object,
  options: Partial<PolicyOptions> = {},
): readonly [FamilyPolicy, FamilyPolicy] {
  const text = JSON.stringify({ masqLinkLocal: true, masqLinkLocalIPv6: true, ...config });
  const read = parseConfig(text, { file: "test", ipv6: true, reservedRanges: false });
  if (!read.config) throw new Error(JSON.stringify(read.diagnostics));
  const [ipv4, ipv6] = compilePolicy(read.config, { ...OPTIONS, ...options });
  if (!ipv4 || !ipv6) throw new Error("a family is missing");
  return [ipv4, ipv6];
}
