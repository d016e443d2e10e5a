// Checks --masq-chain: names that iptables accepts for a user-defined chain.
// This module is browser-compatible.

/** XT_EXTENSION_MAXNAMELEN is 29 with its NUL (linux/netfilter/x_tables.h). */
const MAX_LENGTH = 28;

const BUILT_IN = new Set(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);

/** The targets of iptables 1.8: a chain must not have the name of one (iptables/xshared.c, assert_valid_chain_name). */
const TARGETS = new Set(
  (
    "ACCEPT DROP QUEUE RETURN AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DNPT DSCP ECN HL HMARK " +
    "IDLETIMER LED LOG MARK MASQUERADE NETMAP NFLOG NFQUEUE NOTRACK RATEEST REDIRECT REJECT SECMARK SET SNAT SNPT " +
    "SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG"
  ).split(" "),
);

/** Why iptables would refuse (or misread) `name` as the name of a new chain; undefined if it accepts it. */
export function checkChainName(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name.length > MAX_LENGTH) return `it has ${name.length} characters; iptables allows at most ${MAX_LENGTH}`;
  if (name.startsWith("-") || name.startsWith("!")) return `it begins with ${name[0]}`;
  const bad = /[^!-~]|["'\\]/u.exec(name)?.[0];
  if (bad) return `${JSON.stringify(bad)} is not allowed in it`;
  if (name.startsWith("KUBE-")) return "chains of that name belong to Kubernetes";
  if (BUILT_IN.has(name)) return "it is the name of a built-in chain";
  if (TARGETS.has(name)) return "it is the name of a target";
  return undefined;
}
