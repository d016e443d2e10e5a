// From the text of a config to the rules of each backend and back, CNI configs, and flags.
import { type Backend, iptablesBackend, nftablesBackend } from "../../src/backends/index.ts";
import { CniConfigProblem, diffCniConfig } from "../../src/backends/windows-cni/index.ts";
import { parseFlags, UsageError } from "../../src/cli/flags.ts";
import { FlagError, settingsOf } from "../../src/cli/settings.ts";
import { effectiveConfig, parseConfig } from "../../src/config/index.ts";
import { compilePolicy, diffPolicies, type FamilyPolicy } from "../../src/policy/index.ts";
import { fakeIptables } from "../../test/fake-iptables.ts";
import { fakeNft } from "../../test/fake-nft.ts";
import { rulesVectors } from "../../test/fixtures.ts";
import { policyOf } from "../../test/policy-of.ts";
import { same, type Target } from "./target.ts";

const FILE = { file: "config", ipv6: true, reservedRanges: false } as const;
const COMPILED = { chain: "IP-MASQ-AGENT", ipv6: true, randomFully: true, ports: [] } as const;

const KEYS = [
  ...["nonMasqueradeCIDRs", "masqueradeCIDRs", "snat", "destinationCIDRs", "to", "sourceCIDRs", "outputInterfaces"],
  ...["enforceNonMasquerade", "cidrLimit", "masqLinkLocal", "masqLinkLocalIPv6", "resyncInterval"],
];

const warn = (message: string) => {
  throw new Error(`a warning: ${message}`);
};

/** Writes a policy to an empty table, and checks that nothing is left to write. */
async function roundTrip(backend: Backend, policy: FamilyPolicy): Promise<void> {
  await backend.sync(policy);
  const again = await backend.sync(policy);
  same(again?.changes, undefined, `${backend.name} ${policy.family}: written again`);
}

export const configs: Target = {
  name: "configs",
  batch: 50,
  seeds: () => [
    ...new Set(rulesVectors().flatMap(({ config }) => (config === null ? [] : [config]))),
    "nonMasqueradeCIDRs: [10.0.0.0/8, 'fd00::/8']\nmasqueradeCIDRs:\n  - 10.50.0.0/16\nsourceCIDRs: [10.244.0.0/16]\noutputInterfaces: [eth*]\nsnat:\n  - destinationCIDRs: [198.51.100.0/24]\n    to: 203.0.113.5-203.0.113.9\n",
    '{"nonMasqueradeCIDRs": ["0.0.0.0/0"], "masqueradeCIDRs": ["8.8.8.0/24"], "enforceNonMasquerade": true}',
    "x: &a [10.0.0.0/8]\nnonMasqueradeCIDRs: *a\n<<: {masqLinkLocal: yes}\nresyncInterval: 1m30s\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ip-masq-agent}\ndata:\n  config: |\n    nonMasqueradeCIDRs: [10.0.0.0/8]\n",
  ],
  dictionary: [
    ...KEYS.map((key) => `${key}: `),
    ...["10.0.0.0/8", "10.0.0.0/9", "0.0.0.0/0", "::/0", "fd00::/8", "1.2.3.4/32", "169.254.0.0/16", "fe80::/10"],
    ...[
      "true",
      "yes",
      "~",
      "60s",
      "1m0.5s",
      "\n  - ",
      "\n---\n",
      "&a ",
      "*a",
      "<<: ",
      "!!str ",
      "|\n  ",
      ">-\n ",
      "{",
      "}",
      "[",
      "]",
      ", ",
    ],
    ...["2001:db8::1", "203.0.113.5-203.0.113.9", "eth0", "eth*", "# c\n"],
  ],
  run: async (input) => {
    const { config, diagnostics } = parseConfig(input, FILE);
    const codes = [...new Set(diagnostics.map(({ code }) => code))].sort().join(" ");
    for (const { message, line, column } of diagnostics) {
      if (message === "" || !(line >= 1) || !(column >= 1))
        throw new Error(`a diagnostic without a position: ${message}`);
    }
    if (!config) {
      if (!diagnostics.some(({ severity }) => severity === "error")) throw new Error("refused without an error");
      return codes;
    }
    const policies = compilePolicy(config, COMPILED);
    const again = parseConfig(JSON.stringify(effectiveConfig(config)), FILE);
    if (!again.config) throw new Error(`the effective config is refused: ${again.diagnostics[0]?.message}`);
    const [ipv4, ipv6] = compilePolicy(again.config, COMPILED);
    for (const policy of policies) {
      const twin = policy.family === "ipv4" ? ipv4 : ipv6;
      if (twin)
        same(
          diffPolicies(policy, twin, { hasEntries: true }),
          [],
          `the effective config means something else in ${policy.family}`,
        );
      await roundTrip(nftablesBackend("ip-masq-agent", warn, fakeNft().host), policy);
      if (!policy.enforceKeep) await roundTrip(iptablesBackend("nft", warn, fakeIptables().host), policy);
    }
    return `valid ${codes} ${policies.map(({ rules }) => new Set(rules.map(({ verdict }) => verdict.kind)).size).join("")}`;
  },
};

const CNI_POLICY = policyOf("10.0.0.0/8", "192.168.0.0/16");

export const cniConfigs: Target = {
  name: "cni",
  batch: 2000,
  seeds: () => [
    '{"type": "win-bridge", "policies": [{"name": "EndpointPolicy", "value": {"Type": "OutBoundNAT", "ExceptionList": ["10.0.0.0/8"]}}]}',
    '{\n  "cniVersion": "0.3.0",\n  "plugins": [\n    {"type": "sdnoverlay", "AdditionalArgs": []},\n    {"type": "win-overlay", "policies": []}\n  ]\n}\n',
    '{"type":"win-bridge"}',
  ],
  dictionary: [
    ...[
      '"policies"',
      '"ExceptionList"',
      '"Exceptions"',
      '"OutBoundNAT"',
      '"Type"',
      '"type"',
      '"value"',
      '"Value"',
      '"name"',
    ],
    ...[
      '"win-bridge"',
      '"win-overlay"',
      '"plugins"',
      "[",
      "]",
      "{",
      "}",
      ",",
      ":",
      "null",
      '"10.0.0.0/8"',
      "\n",
      "\t",
      "// c\n",
    ],
  ],
  run: (input) => {
    try {
      const { text } = diffCniConfig(CNI_POLICY, input) ?? {};
      if (text === undefined) return "in sync";
      same(diffCniConfig(CNI_POLICY, text)?.text, undefined, "a second edit");
      return "edited";
    } catch (error) {
      if (error instanceof CniConfigProblem) return error.code;
      throw error;
    }
  },
};

export const flags: Target = {
  name: "flags",
  batch: 2000,
  seeds: () => [
    "run\n--masq-chain=X\n--enable-ipv6\n--to-ports=1024-2000,4000\n-v\n2",
    "explain\n10.0.0.1\n--config=c.yaml\n--source=10.0.0.2\n--output-interface=eth0",
    "doctor\n--flow\n10.0.0.1\n10.0.0.2\n--protocol=tcp\n--port=80\n-o\nyaml",
    "apply\n--backend=nftables\n--nft-table=x\n--reset-changed-flows=udp\n--metrics-bind-address=:9410",
  ],
  dictionary: [
    ...[
      "--",
      "-",
      "=",
      "\n",
      "true",
      "false",
      "0",
      "-1",
      "65536",
      ":9410",
      "[::1]:1",
      "10.0.0.1",
      "auto",
      "nft",
      "legacy",
    ],
    ...[
      "--to-ports=",
      "--masq-chain=",
      "--nft-table=",
      "--resync",
      "--metrics-bind-address=",
      "--v=",
      "--help",
      "--version=raw",
    ],
  ],
  run: (input) => {
    try {
      const parsed = parseFlags(input.split("\n"));
      settingsOf(parsed);
      return `accepted ${parsed.flags.size}`;
    } catch (error) {
      if (error instanceof UsageError || error instanceof FlagError) return error.message.replace(/["-].*/s, "");
      throw error;
    }
  },
};
