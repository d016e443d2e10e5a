// The chains that translate: one for masquerading, and one for each address range of snat.
// This module is browser-compatible.
import {
  type AddressRange,
  type FamilyPolicy,
  formatAddressRange,
  formatVerdict,
  KEEP,
  MASQUERADE,
  type PortRange,
  type Verdict,
} from "../../policy/index.ts";
import { printedAddress, readRange } from "../printed-address.ts";
import type { NftChain } from "./table.ts";

const MASQ = "masq";

/** The name of the chain for an address range: nft's identifiers have no colons. */
const snatChain = (to: AddressRange) => `snat-${formatAddressRange(to).replaceAll(":", "_")}`;

/** The chain for a verdict; undefined if it needs none. */
function chainOf(verdict: Verdict): string | undefined {
  switch (verdict.kind) {
    case "keep":
      return undefined;
    case "masquerade":
      return MASQ;
    case "snat":
      return snatChain(verdict.to);
  }
}

/** A verdict as the verdict of a map's element. */
export function verdictText(verdict: Verdict): string {
  const chain = chainOf(verdict);
  return chain === undefined ? "return" : `goto ${chain}`;
}

/** The verdict of a text made by {@link verdictText}; undefined for any other text. */
export function verdictOfText(text: string): Verdict | undefined {
  if (text === "return") return KEEP;
  if (text === `goto ${MASQ}`) return MASQUERADE;
  const [, to] = /^goto snat-(.*)$/.exec(text) ?? [];
  const range = to === undefined ? undefined : readRange(to.replaceAll("_", ":"));
  return range && { kind: "snat", to: range };
}

/** The rules for packets that match no element. */
export function fallbackRules(fallback: Verdict): readonly string[] {
  const chain = chainOf(fallback);
  return chain === undefined ? [] : [`counter goto ${chain}`];
}

/** The chains for all verdicts of a policy, sorted by name. */
export function translationChains({ rules, fallback, ports, randomFully }: FamilyPolicy): readonly NftChain[] {
  // 50,000 rules share few verdicts: format each only once.
  const different = new Set([fallback, ...rules.map(({ verdict }) => verdict)]);
  const verdicts = new Map([...different].map((one) => [formatVerdict(one), one]));
  return [...verdicts.values()]
    .flatMap((verdict) => {
      const name = chainOf(verdict);
      return name === undefined ? [] : chainsFor(name, statementOf(verdict), ports, randomFully);
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Returns the statement that translates, given a range of ports or none. */
function statementOf(verdict: Verdict): (ports: string | undefined) => string {
  if (verdict.kind !== "snat") return (ports) => (ports === undefined ? "masquerade" : `masquerade to :${ports}`);
  const { family, first, last } = verdict.to;
  const ends = (first === last ? [first] : [first, last]).map(printedAddress);
  const bare = ends.join("-");
  // With ports, each IPv6 address is in brackets.
  const bracketed = family === "ipv6" ? ends.map((end) => `[${end}]`).join("-") : bare;
  return (ports) => `snat to ${ports === undefined ? bare : `${bracketed}:${ports}`}`;
}

/** The protocols whose source ports can be set, as with iptables. */
const WITH_PORTS = "meta l4proto { tcp, udp, sctp }";

/**
 * A chain that translates, and one for each port range if there are several: a random number among all ports chooses the
 * range, so that each gets its share.
 */
function chainsFor(
  name: string,
  statement: (ports: string | undefined) => string,
  ports: readonly PortRange[],
  randomFully: boolean,
): readonly NftChain[] {
  const random = randomFully ? " fully-random" : "";
  const rest = `${statement(undefined)}${random}`;
  const rules = ports.map(({ first, last }) => {
    return `${WITH_PORTS} ${statement(first === last ? `${first}` : `${first}-${last}`)}${random}`;
  });
  if (rules.length < 2) return [{ name, rules: [...rules, rest] }];
  const chains = rules.map((rule, i): NftChain => ({ name: `${name}-ports-${i + 1}`, rules: [rule] }));
  let drawn = 0;
  const shares = ports.map(({ first, last }, i) => {
    const begin = drawn;
    drawn += last - first + 1;
    return `${begin === drawn - 1 ? begin : `${begin}-${drawn - 1}`} : goto ${chains[i]?.name}`;
  });
  const draw = `${WITH_PORTS} numgen random mod ${drawn} vmap { ${shares.join(", ")} }`;
  return [...chains, { name, rules: [draw, rest] }];
}
