// Turns a policy into rules, in the form in which iptables-save prints them.
// This module is browser-compatible.
import { eachInSteps, type Family, finish, PIECE, type Steps } from "../../core/index.ts";
import type { FamilyPolicy, PolicyRule, Scope, Verdict } from "../../policy/index.ts";
import { printedAddress, printedPrefix } from "../printed-address.ts";
import { portRules } from "./ports.ts";

/** The desired state of a chain. Rules are without `-A CHAIN `, in the spelling and order of `iptables-save`. */
export interface DesiredChain {
  readonly family: Family;
  readonly chain: string;
  /** Our one rule in POSTROUTING, without `-A POSTROUTING `. */
  readonly jump: string;
  readonly rules: readonly string[];
}

/** The chain of a policy. */
export interface PolicyChain extends DesiredChain {
  /** For each rule, the index of the policy's rule that it implements; for the fallback, the number of these rules. */
  readonly owners: readonly number[];
}

const COMMENTS = {
  keep: "ip-masq-agent: local traffic is not subject to MASQUERADE",
  masquerade: "ip-masq-agent: traffic to this range is subject to MASQUERADE",
  snat: "ip-masq-agent: traffic to this range is subject to SNAT",
  fallback: "ip-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)",
} as const;

const comment = (text: string) => `-m comment --comment "${text}"`;

// Policies are immutable, and each sync needs the chain again.
const chains = new WeakMap<FamilyPolicy, PolicyChain>();

/** The chain that implements a policy. */
export function desiredChain(policy: FamilyPolicy): PolicyChain {
  return finish(desiredChainInSteps(policy));
}

/** {@link desiredChain} in steps. */
export function* desiredChainInSteps(policy: FamilyPolicy): Steps<PolicyChain> {
  let desired = chains.get(policy);
  if (!desired) {
    desired = yield* render(policy);
    chains.set(policy, desired);
  }
  return desired;
}

function* render(policy: FamilyPolicy): Steps<PolicyChain> {
  const { family, chain, scope, rules, fallback } = policy;
  const written: string[] = [];
  const owners: number[] = [];
  const inScope = matchesOf(scope);
  const add = (destination: string, verdict: Verdict, note: string, owner: number) =>
    eachInSteps(verdict.kind === "keep" ? EVERYTHING : inScope, (match) => {
      for (const rule of rulesFor(policy, match, destination, verdict, note)) {
        written.push(rule);
        owners.push(owner);
      }
    });
  for (const [i, index] of orderOf(rules, fallback).entries()) {
    if (i % PIECE === PIECE - 1) yield;
    const rule = rules[index];
    if (rule) yield* add(destinationOf(rule), rule.verdict, COMMENTS[rule.verdict.kind], index);
  }
  yield* add("", fallback, COMMENTS.fallback, rules.length);
  return {
    family,
    chain,
    jump:
      `${comment(`ip-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom ${chain} chain`)} ` +
      `-m addrtype ! --dst-type LOCAL -j ${chain}`,
    rules: written,
    owners,
  };
}

/**
 * The order in which a chain, where the first match decides, gives the same verdicts as the longest prefix. If all rules
 * keep the address, any order does: theirs stays, so that the chain is the same as the established agent's.
 */
function orderOf(rules: readonly PolicyRule[], fallback: Verdict): readonly number[] {
  const order = [...rules.keys()];
  const isMixed = rules.some(({ verdict }) => verdict.kind !== "keep") || fallback.kind === "keep";
  if (!isMixed) return order;
  // A bucket sort: sorting tens of thousands by comparison takes too long.
  const byBits: number[][] = Array.from({ length: 129 }, () => []);
  for (const index of order) byBits[rules[index]?.prefix.bits ?? 0]?.push(index);
  return byBits.reverse().flat();
}

/** iptables-save prints a rule for all destinations without `-d`. */
function destinationOf({ prefix }: PolicyRule): string {
  return prefix.bits === 0 ? "" : `-d ${printedPrefix(prefix.network)} `;
}

/** The source and the interface that a rule matches. */
interface Match {
  readonly source: string;
  readonly output: string;
}

/**
 * What a rule that keeps the address matches: packets inside and outside the scope, because outside the scope no rule
 * translates anyway. Any other verdict takes a rule for each source and interface of the scope, because iptables cannot
 * express "none of these".
 */
const EVERYTHING: readonly Match[] = [{ source: "", output: "" }];

/** The rules that give packets of a match to a destination this verdict. */
function rulesFor(
  { family, ports, randomFully }: FamilyPolicy,
  { source, output }: Match,
  destination: string,
  verdict: Verdict,
  note: string,
): readonly string[] {
  const target = targetOf(family, verdict, randomFully);
  if (target === undefined) return [`${destination}${comment(note)} -j RETURN`];
  return [
    ...portRules(
      ports,
      (protocol, share, range) =>
        `${source}${destination}${output}-p ${protocol} ${comment(note)} ${share}${target(range)}`,
    ),
    `${source}${destination}${output}${comment(note)} ${target(undefined)}`,
  ];
}

/** Returns the target of a verdict, given a range of ports or none; undefined if nothing is translated. */
function targetOf(
  family: Family,
  verdict: Verdict,
  randomFully: boolean,
): ((range: string | undefined) => string) | undefined {
  const random = randomFully ? " --random-fully" : "";
  switch (verdict.kind) {
    case "keep":
      return undefined;
    case "masquerade":
      return (range) => `-j MASQUERADE${range === undefined ? "" : ` --to-ports ${range}`}${random}`;
    case "snat": {
      const { first, last } = verdict.to;
      const addresses = first === last ? printedAddress(first) : `${printedAddress(first)}-${printedAddress(last)}`;
      // With ports, an IPv6 range is enclosed in brackets as a whole (iptables, libxt_NAT.c, print_range6).
      const withPorts = family === "ipv6" ? `[${addresses}]` : addresses;
      return (range) => `-j SNAT --to-source ${range === undefined ? addresses : `${withPorts}:${range}`}${random}`;
    }
  }
}

/** The matches for each pair of a source and an interface of a scope; a single empty match if the scope is unlimited. */
function matchesOf({ sources, outputInterfaces }: Scope): readonly Match[] {
  const sourceMatches =
    sources === "any" ? [""] : sources.map(({ bits, network }) => (bits === 0 ? "" : `-s ${printedPrefix(network)} `));
  const outputs = outputInterfaces === "any" ? [""] : outputInterfaces.map((name) => `-o ${name.replace(/\*$/, "+")} `);
  return sourceMatches.flatMap((source) => outputs.map((output) => ({ source, output })));
}
