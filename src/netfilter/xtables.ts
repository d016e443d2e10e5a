// Reads base chains from the output of iptables-save for table nat.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import { reportedAs } from "../errors/index.ts";
import type { BaseChain, Rule, Step, Tool } from "./model.ts";
import { basicMatches, extensionMatch } from "./xtables-matches.ts";
import { targetStatement } from "./xtables-targets.ts";
import { linesOf, readRuleWords } from "./xtables-words.ts";

/** The priority of iptables' own chain in the hook (NF_IP_PRI_NAT_SRC). */
export const SRCNAT = 100;

/** The text has no complete table nat. */
export class NoNatTableError extends reportedAs("no-nat-table") {}

export interface XtablesSource {
  readonly tool: Extract<Tool, "iptables-nft" | "iptables-legacy">;
  readonly family: Family;
}

/**
 * Reads table nat from the output of iptables-save, for all tables or one: the chain that is called in the postrouting hook,
 * and all chains that it may jump to. Throws {@link NoNatTableError}.
 */
export function readXtables(text: string, { tool, family }: XtablesSource): BaseChain {
  const lines = natLines(text);
  const specs = new Map<string, string[]>();
  let policy: BaseChain["policy"] = "accept";
  for (const line of lines) {
    const [, declared, verdict] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (declared !== undefined) specs.set(declared, []);
    if (declared === "POSTROUTING" && verdict === "DROP") policy = "drop";
    const [, chain = "", spec] = /^(?:\[\d+:\d+\] )?-A (\S+)(?: ([\s\S]*))?$/.exec(line) ?? [];
    if (spec !== undefined) specs.get(chain)?.push(spec);
  }
  const chains = readReached(specs, "POSTROUTING", family);
  return {
    tool,
    family: family === "ipv4" ? "ip" : "ip6",
    table: "nat",
    chain: "POSTROUTING",
    priority: SRCNAT,
    policy,
    rules: chains.get("POSTROUTING") ?? [],
    chains,
  };
}

function natLines(text: string): readonly string[] {
  const lines = linesOf(text);
  const from = lines.indexOf("*nat");
  if (from < 0) {
    const shown = text.trim().slice(0, 200);
    throw new NoNatTableError(
      `the output of iptables-save has no table nat${shown ? `: ${JSON.stringify(shown)}` : ""}`,
    );
  }
  const to = lines.indexOf("COMMIT", from);
  if (to < 0) throw new NoNatTableError("the output of iptables-save ends in the middle of table nat");
  return lines.slice(from + 1, to);
}

/** `first` and the chains that its packets may reach: most of 40,000 rules belong to other hooks. */
function readReached(
  specs: ReadonlyMap<string, readonly string[]>,
  first: string,
  family: Family,
): ReadonlyMap<string, readonly Rule[]> {
  const chains = new Map<string, readonly Rule[]>();
  const wanted = [first];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (chains.has(name)) continue;
    const rules = (specs.get(name) ?? []).map((spec, i) =>
      readXtablesRule(spec, i + 1, family, (one) => specs.has(one)),
    );
    chains.set(name, rules);
    for (const { steps } of rules) {
      for (const step of steps) if (step.kind === "jump" || step.kind === "goto") wanted.push(step.chain);
    }
  }
  return chains;
}

/** Reads the text after `-A CHAIN `. */
export function readXtablesRule(
  spec: string,
  number: number,
  family: Family,
  isChain: (name: string) => boolean,
): Rule {
  const { basic, matches, target } = readRuleWords(spec);
  const comment = matches.find(({ name }) => name === "comment")?.options[0]?.values.join(" ");
  const statement = target && targetStatement(family, target, isChain);
  const steps: Step[] = [
    ...basicMatches(family, basic),
    ...matches.flatMap((extension) => extensionMatch(family, extension) ?? []),
    ...(statement ? [statement] : []),
  ];
  return { text: spec.replaceAll("\n", "\\n"), steps, number, ...(comment === undefined ? {} : { comment }) };
}
