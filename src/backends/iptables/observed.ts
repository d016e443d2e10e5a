// What the tools print to the chain as it is.
// This module is browser-compatible.
import { eachInSteps, finish, type ScannedRule, type Steps, scanRules, scanRulesInSteps } from "../../core/index.ts";
import { reportedAs } from "../../errors/index.ts";

/** A rule of POSTROUTING that leads to the chain. */
export interface ObservedJump extends ScannedRule {
  /** nft's number of it; known only if iptables alone does not suffice to remove the rule. */
  readonly handle?: number;
}

/** A chain as the kernel holds it. */
export interface ObservedChain {
  readonly exists: boolean;
  readonly rules: readonly ScannedRule[];
  /** Rules of POSTROUTING that lead to it, whoever made them; those that can be removed. */
  readonly jumps: readonly ObservedJump[];
  /** Other rules that lead to it, whole: never ours. */
  readonly references: readonly string[];
  /** What a person should know about rules that iptables cannot show or remove. */
  readonly findings?: readonly string[];
}

/** How a rule begins that iptables cannot list, in the words of nft. */
export const IN_NFT_WORDS = "# nft: ";

export interface ReadOptions {
  /** Are there the counters of `-v`? */
  readonly inline?: boolean;
}

/** A tool printed something that is not a dump of table nat. */
export class UnreadableDumpError extends reportedAs("tool-unreadable") {}

/** `iptables -v -S` prints the counters before the target (iptables/xshared.c, save_counters). */
const COUNTERS = / -c (\d+) (\d+)(?= -[jg] )/;

/**
 * Reads a dump that holds table nat: `iptables-save` (all tables or one, with or without counters), or what `iptables -t
 * nat -S` prints of POSTROUTING and of the chain, one behind the other. With `inline` the counters of `-v` are read too.
 * Throws {@link UnreadableDumpError} if it is none: a tool that prints nothing must not pass for an empty table.
 */
export function readObserved(dump: Uint8Array, chain: string, options: ReadOptions = {}): ObservedChain {
  return finish(readObservedInSteps(dump, chain, options));
}

/** {@link readObserved} in steps. */
export function* readObservedInSteps(
  dump: Uint8Array,
  chain: string,
  { inline = false }: ReadOptions = {},
): Steps<ObservedChain> {
  const scan = yield* scanRulesInSteps(dump, chain);
  const [odd] = scan.unreadable;
  if (odd !== undefined) throw new UnreadableDumpError(`cannot read the line ${JSON.stringify(odd.slice(0, 200))}`);
  if (!scan.whole) throw new UnreadableDumpError("the output ends in the middle of a table");
  if (!scan.natSeen) {
    // `# Table `nat' is incompatible, use 'nft' tool.` is all that is printed of a table with foreign rules.
    const said = new TextDecoder().decode(dump.slice(0, 200)).trim();
    throw new UnreadableDumpError(
      `table nat is not in the output${said ? `: ${JSON.stringify(said)}` : ", which is empty"}`,
    );
  }
  const count = (rule: ScannedRule): ScannedRule => {
    const found = inline ? COUNTERS.exec(rule.spec) : null;
    if (!found) return rule;
    const [packets, bytes] = [BigInt(found[1] ?? 0), BigInt(found[2] ?? 0)];
    return { ...rule, spec: rule.spec.replace(COUNTERS, ""), packets, bytes };
  };
  const { chainExists, references } = scan;
  const rules: ScannedRule[] = [];
  yield* eachInSteps(scan.rules, (rule) => rules.push(count(rule)));
  return { exists: chainExists, rules, jumps: scan.jumps.map(count), references };
}

/** Rules (`-A CHAIN …`) and the chain if there is one, as `iptables-save -t nat` prints them; {@link readObserved} reads it. */
export function formatTable(chain: string, exists: boolean, rules: readonly string[]): string {
  return `${["*nat", ...(exists ? [`:${chain} - [0:0]`] : []), ...rules, "COMMIT"].join("\n")}\n`;
}

/** How many rules of others a dump holds, in all its tables: all but those of the chain and the jumps to it. */
export function countOthers(dump: Uint8Array, chain: string): number {
  const { allRules, rules, jumps } = scanRules(dump, chain);
  return allRules - rules.length - jumps.length;
}
