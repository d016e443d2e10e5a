// Reads the tools' output into the current state of a chain.
// This module is browser-compatible.
import { eachInSteps, finish, type ScannedRule, type Steps, scanRules, scanRulesInSteps } from "../../core/index.ts";
import { reportedAs } from "../../errors/index.ts";

/** A rule of POSTROUTING that jumps to the chain. */
export interface ObservedJump extends ScannedRule {
  /** nft's handle of it; known only if iptables alone cannot remove the rule. */
  readonly handle?: number;
}

/** The current state of a chain in the kernel. */
export interface ObservedChain {
  readonly exists: boolean;
  readonly rules: readonly ScannedRule[];
  /** Rules of POSTROUTING that jump to it and can be removed, whichever program wrote them. */
  readonly jumps: readonly ObservedJump[];
  /** Other rules that jump to it, in full; never ours. */
  readonly references: readonly string[];
  /** Messages about rules that iptables cannot show or remove. */
  readonly findings?: readonly string[];
}

/** Marks the text of a rule that iptables cannot list; nft's text follows. */
export const NFT_TEXT_MARK = "# nft: ";

export interface ReadOptions {
  /** Whether the rules have the counters of `-v`. */
  readonly inline?: boolean;
}

/** A tool printed something that is not a dump of table nat. */
export class UnreadableDumpError extends reportedAs("tool-unreadable") {}

/** `iptables -v -S` prints the counters before the target (iptables/xshared.c, save_counters). */
const COUNTERS = / -c (\d+) (\d+)(?= -[jg] )/;

/**
 * Reads a dump of table nat: `iptables-save` (all tables or one, with or without counters), or the concatenated output of
 * `iptables -t nat -S` for POSTROUTING and for the chain. With `inline` the counters of `-v` are read too. Throws
 * {@link UnreadableDumpError} for anything else: no output must not pass for an empty table.
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
    // For a table with foreign rules only `# Table `nat' is incompatible, use 'nft' tool.` is printed.
    const beginning = new TextDecoder().decode(dump.slice(0, 200)).trim();
    throw new UnreadableDumpError(
      `table nat is not in the output${beginning ? `: ${JSON.stringify(beginning)}` : ", which is empty"}`,
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

/** Formats rules (`-A CHAIN …`) and the chain, if it exists, as `iptables-save -t nat` prints them, for {@link readObserved}. */
export function formatTable(chain: string, exists: boolean, rules: readonly string[]): string {
  return `${["*nat", ...(exists ? [`:${chain} - [0:0]`] : []), ...rules, "COMMIT"].join("\n")}\n`;
}

/** How many rules of other programs a dump has, in all its tables: all but those of the chain and the jumps to it. */
export function countOthers(dump: Uint8Array, chain: string): number {
  const { allRules, rules, jumps } = scanRules(dump, chain);
  return allRules - rules.length - jumps.length;
}
