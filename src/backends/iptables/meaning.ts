// What the rules of a chain mean: the policy that they carry out, whoever wrote them.
// This module is browser-compatible.
import { addressOf, type Prefix, parsePrefixes } from "../../core/index.ts";
import {
  type FamilyPolicy,
  formatVerdict,
  KEEP,
  MASQUERADE,
  type PolicyChange,
  type PolicyRule,
  type PortRange,
  parsePorts,
  type Scope,
  type Verdict,
} from "../../policy/index.ts";
import { counted, type Meaning } from "../meaning.ts";
import { readRange } from "../printed-address.ts";
import { desiredChain } from "./desired.ts";
import { IN_NFT_WORDS, type ObservedChain } from "./observed.ts";
import { readWords } from "./words.ts";

/** A rule of the kinds that {@link desiredChain} writes. */
interface ReadRule {
  readonly source: string;
  readonly destination: string;
  readonly output: string;
  readonly protocol: string;
  readonly verdict: Verdict;
  readonly ports: string;
  readonly random: boolean;
}

const OPTIONS: Readonly<Record<string, string>> = {
  "-s": "source",
  "-d": "destination",
  "-o": "output",
  "-p": "protocol",
  "-j": "target",
  "--to-source": "to",
  "--to-ports": "ports",
  "--probability": "share",
};

/** Matches without a say in what is translated: a comment, and the share of the packets that a range of ports takes. */
const MATCHES = new Set(["comment", "statistic"]);

/** What has ports that can be given. */
const PROTOCOLS = new Set(["tcp", "udp", "sctp"]);

/** Reads a rule; undefined if it has any other match or target. */
function readRule(spec: string): ReadRule | undefined {
  const found: Record<string, string> = {};
  const words = readWords(spec);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const name = OPTIONS[word];
    if (word === "--random-fully") found.random = word;
    else if (word === "-m" && MATCHES.has(words[i + 1] ?? "")) i++;
    else if (word === "--comment" || word === "--mode") i++;
    else if (name === undefined || found[name] !== undefined) return undefined;
    else found[name] = words[++i] ?? "";
  }
  const { source = "", destination = "", output = "", protocol = "", target, to = "", share, random } = found;
  // With ports, `203.0.113.5-203.0.113.9:1024-2047` or `[2001:db8::5]:1024-2047`.
  const [, addresses = to, behind = ""] = (protocol !== "" && /^\[?([^\]]*?)\]?:(\d+(?:-\d+)?)$/.exec(to)) || [];
  const verdict = verdictOf(target, addresses);
  if (!verdict || (target === "RETURN" && `${source}${output}${protocol}` !== "")) return undefined;
  const ports = found.ports ?? behind;
  // All packets of a destination, or those of a protocol that are given ports.
  const isOurs = protocol === "" ? ports === "" && share === undefined : PROTOCOLS.has(protocol) && ports !== "";
  if (!isOurs) return undefined;
  return {
    source,
    destination,
    output: output.replace(/\+$/, "*"),
    protocol,
    verdict,
    ports,
    random: random !== undefined,
  };
}

function verdictOf(target: string | undefined, to: string): Verdict | undefined {
  if (target === "RETURN") return KEEP;
  if (target === "MASQUERADE") return MASQUERADE;
  const range = target === "SNAT" ? readRange(to) : undefined;
  return range && { kind: "snat", to: range };
}

/** The packets of a destination that a verdict is for, as pairs of a source and an interface. */
interface Entry {
  readonly prefix: Prefix;
  readonly verdict: Verdict;
  readonly pairs: Set<string>;
}

/** What a chain that is led to means beside a policy that is wanted. */
export function readMeaning(after: FamilyPolicy, observed: ObservedChain): Meaning {
  const { chain, family } = after;
  if (observed.rules.some(({ spec }) => spec.startsWith(IN_NFT_WORDS))) return unreadable(after, observed);
  const read = observed.rules.map(({ spec }) => readRule(spec));
  const rules = read.filter((rule) => rule !== undefined);
  const { entries, dead, alien } = entriesOf(
    rules.filter(({ protocol }) => protocol === ""),
    family,
  );
  const translating = entries.filter(({ verdict }) => verdict.kind !== "keep");
  const pairs = new Set(translating.flatMap((one) => [...one.pairs]));
  const partial = translating.filter((one) => one.pairs.size < pairs.size).length;
  const rest = entries.find(({ prefix }) => prefix.bits === 0);
  const before: FamilyPolicy = {
    ...after,
    scope: scopeOf([...pairs], family),
    rules: entries
      .filter((entry) => entry !== rest)
      .map(({ prefix, verdict }): PolicyRule => ({ prefix, verdict, reason: "config", origin: undefined })),
    fallback: rest?.verdict ?? KEEP,
    ports: portsOf(rules),
    randomFully: translating.length === 0 ? after.randomFully : rules.some(({ random }) => random),
    enforceKeep: false,
  };
  const why = whyAbsent(observed, chain);
  return {
    ...{ before: why === "" ? before : undefined, why, hasEntries: true },
    // Rules of iptables bind nothing, whatever is wanted.
    after: { ...after, enforceKeep: false },
    others: [
      ...counted("remove", read.length - rules.length + alien, "rule of another program", `in chain ${chain}`),
      ...counted("remove", dead, "rule that an earlier one makes void", `in chain ${chain}`),
      ...(partial > 0 ? [{ op: "change", text: "rules that some sources or interfaces lack are added" } as const] : []),
      ...changesOfJumps(after, observed),
    ],
  };
}

function unreadable(after: FamilyPolicy, observed: ObservedChain): Meaning {
  return {
    ...{ before: undefined, why: `chain ${after.chain} holds a rule that iptables cannot show`, isUnreadable: true },
    ...{ after: { ...after, enforceKeep: false }, hasEntries: true, others: changesOfJumps(after, observed) },
  };
}

function changesOfJumps(after: FamilyPolicy, { jumps }: ObservedChain): readonly PolicyChange[] {
  const { chain, jump } = desiredChain(after);
  const isOther = jumps.length > 0 && jumps.every(({ spec }) => spec !== jump);
  return [
    ...counted("remove", Math.max(jumps.length - 1, 0), "jump too many", `to chain ${chain}`),
    ...(isOther ? [{ op: "change", text: `the jump to chain ${chain} is written anew` } as const] : []),
  ];
}

/** Why no packet comes to a rule; empty if packets do. */
function whyAbsent({ exists, jumps, rules }: ObservedChain, chain: string): string {
  if (!exists) return `there is no chain ${chain}`;
  if (jumps.length === 0) return `no rule of POSTROUTING leads to chain ${chain}`;
  return rules.length === 0 ? `chain ${chain} has no rule` : "";
}

/**
 * The entries of a chain, of which the first rule that matches ends the walk, such that the longest prefix decides as it
 * does: a rule inside an earlier one of another verdict is void.
 */
function entriesOf(
  rules: readonly ReadRule[],
  family: FamilyPolicy["family"],
): { readonly entries: readonly Entry[]; readonly dead: number; readonly alien: number } {
  const everything = family === "ipv4" ? "0.0.0.0/0" : "::/0";
  const { records, read } = parsePrefixes(rules.map(({ destination }) => destination || everything));
  const width = family === "ipv4" ? 32 : 128;
  const byBits = new Map<number, Map<bigint, Entry>>();
  const entries: Entry[] = [];
  let dead = 0;
  let alien = 0;
  for (const [i, { source, output, verdict }] of rules.entries()) {
    const prefix = read[i];
    if (!prefix?.ok || prefix.family !== family) {
      alien++;
      continue;
    }
    const address = addressOf(records, i);
    const covering = [...byBits.keys()]
      .filter((bits) => bits <= prefix.bits)
      .sort((a, b) => b - a)
      .map((bits) => byBits.get(bits)?.get(address >> BigInt(width - bits)))
      .find((entry) => entry !== undefined);
    const pair = `${source} ${output}`;
    const isSame = covering !== undefined && formatVerdict(covering.verdict) === formatVerdict(verdict);
    if (isSame && covering.prefix.bits === prefix.bits) {
      if (covering.pairs.has(pair)) dead++;
      covering.pairs.add(pair);
      continue;
    }
    if (covering && !isSame) {
      // An entry for everything leaves nothing to the chain's last rule.
      if (prefix.bits > 0) dead++;
      continue;
    }
    const entry: Entry = { prefix, verdict, pairs: new Set([pair]) };
    entries.push(entry);
    const known = byBits.get(prefix.bits) ?? new Map<bigint, Entry>();
    byBits.set(prefix.bits, known.set(address >> BigInt(width - prefix.bits), entry));
  }
  return { entries, dead, alien };
}

function scopeOf(pairs: readonly string[], family: FamilyPolicy["family"]): Scope {
  const parts = (at: 0 | 1) => [...new Set(pairs.map((pair) => pair.split(" ")[at] ?? ""))];
  const [sources, outputs] = [parts(0), parts(1)];
  const { read } = parsePrefixes(sources.filter((source) => source !== ""));
  return {
    sources:
      sources.includes("") || pairs.length === 0
        ? "any"
        : read.flatMap((prefix) => (prefix.ok && prefix.family === family ? [prefix] : [])),
    outputInterfaces: outputs.includes("") || pairs.length === 0 ? "any" : outputs,
  };
}

/** The ranges that the first protocol's rules of the first entry with such rules give. */
function portsOf(rules: readonly ReadRule[]): readonly PortRange[] {
  const first = rules.find(({ protocol }) => protocol !== "");
  const isLike = (rule: ReadRule) =>
    first !== undefined &&
    (["protocol", "source", "destination", "output"] as const).every((key) => rule[key] === first[key]);
  const parsed = parsePorts([...new Set(rules.filter(isLike).map(({ ports }) => ports))].join(","));
  return parsed.ok ? parsed.ranges : [];
}
