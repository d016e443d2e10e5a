// The nft variant: reads a chain and the jumps to it, even if there are rules that iptables cannot show.
import { exitError, ifMissing, type ToolRun } from "../../host/index.ts";
import { listNftChain } from "./nft.ts";
import type { NftRule } from "./nft-chain.ts";
import { NFT_TEXT_MARK, type ObservedChain, type ObservedJump } from "./observed.ts";
import { onOneLine } from "./one-line.ts";
import { readDump, type Tools, toolName, unreadable } from "./tools.ts";
import { readWords } from "./words.ts";

export interface NftQuery {
  readonly tools: Tools;
  readonly chain: string;
  /** Whether to read counters. */
  readonly counters: boolean;
  /** The desired jump, if any. */
  readonly jump: string | undefined;
}

/** A chain as iptables lists it, or as nft does, with the failed run of iptables; or absent. */
type Listed =
  | { readonly kind: "text"; readonly run: ToolRun }
  | { readonly kind: "rules"; readonly run: ToolRun; readonly rules: readonly NftRule[] }
  | { readonly kind: "absent" };

/** The error of `-S` for a chain with a rule that it cannot show (iptables/nft.c, nft_is_chain_compatible, nft_rule_print_save). */
const HIDDEN = /is incompatible|Parsing nftables rule failed/;

const iptables = (tools: Tools, args: readonly string[]) => tools.run(toolName(tools), ["-t", "nat", ...args]);

const NEWLINE = 0x0a;

/**
 * Lists two chains, which takes 5 ms each regardless of the rest of the table. iptables refuses to list a chain if it has a
 * single rule that it does not know; writing still works. In that case, and for jumps that cannot be removed by text, nft
 * is used.
 */
export async function observeNft(query: NftQuery): Promise<ObservedChain> {
  const { tools, chain, counters } = query;
  const list = async (name: string): Promise<Listed> => {
    const run = await iptables(tools, [...(counters ? ["-v"] : []), "-S", name]);
    if (run.exit !== 0) return listWithNft(query, name, run);
    if ((run.stdout.at(-1) ?? NEWLINE) !== NEWLINE) throw unreadable(run, "the output ends in the middle of a line");
    return { kind: "text", run };
  };
  const [own, postrouting] = await Promise.all([list(chain), list("POSTROUTING")]);
  if (postrouting.kind === "absent") throw new Error("iptables has no POSTROUTING");

  const begin =
    postrouting.kind === "text" ? postrouting.run.stdout : new TextEncoder().encode("-P POSTROUTING ACCEPT\n");
  const rest = own.kind === "text" ? own.run.stdout : new Uint8Array();
  const dump = new Uint8Array(begin.length + rest.length);
  dump.set(begin);
  dump.set(rest, begin.length);
  const observed = await readDump(postrouting.run, dump, chain, counters);
  if (own.kind === "text" && !observed.exists) throw unreadable(own.run, `chain ${chain} is not in the output`);

  const { jumps, references } =
    postrouting.kind === "rules"
      ? await findJumps(query, postrouting.rules)
      : { jumps: await withHandles(query, observed.jumps), references: [] };
  const findings = [own, postrouting].flatMap((one, i) =>
    one.kind === "rules" ? describe(one, i === 0 ? chain : "POSTROUTING") : [],
  );
  if (own.kind !== "rules") return { ...observed, jumps, references, findings };
  // None of these texts equals a desired rule, so the whole chain is rewritten.
  const rules = own.rules.map(({ text, packets, bytes }) => ({ spec: asNftText(text), packets, bytes }));
  return { exists: true, rules, jumps, references, findings };
}

/** Lists a chain that iptables failed to list. Throws its error if the cause is not a rule that it does not know. */
async function listWithNft({ tools, chain }: NftQuery, name: string, run: ToolRun): Promise<Listed> {
  if (run.exit === 1 && /No chain\/target\/match by that name|does not exist/.test(run.stderr))
    return { kind: "absent" };
  if (!HIDDEN.test(run.stderr)) throw exitError(run);
  // 1.8.9 also calls a missing chain incompatible. But a chain that a rule jumps to exists.
  if (name !== "POSTROUTING" && /is incompatible/.test(run.stderr)) {
    const { stderr } = await iptables(tools, ["-C", "POSTROUTING", "-j", name]);
    if (/does not exist|No chain\/target\/match by that name/.test(stderr)) return { kind: "absent" };
  }
  const rules = await listNftChain(tools, name, chain);
  if (rules === undefined) {
    if (name === "POSTROUTING") throw exitError(run);
    return { kind: "absent" };
  }
  return { kind: "rules", run, rules };
}

const asNftText = (text: string) => onOneLine(`${NFT_TEXT_MARK}${text}`);

/** Messages about the rules of a chain that iptables cannot show. */
function describe({ run, rules }: Listed & { kind: "rules" }, chain: string): readonly string[] {
  const unknown = rules.filter(({ known }) => !known);
  if (unknown.length === 0) {
    return [`chain ${chain} has a rule that iptables cannot show: ${onOneLine(run.stderr.split("\n")[0] ?? "")}`];
  }
  return unknown.map(({ text }) => `chain ${chain} has a rule that iptables cannot show: ${onOneLine(text)}`);
}

/** Finds the jumps among rules that iptables does not list. Jumps in maps, which are not ours, are only references. */
async function findJumps(
  { tools, jump }: NftQuery,
  rules: readonly NftRule[],
): Promise<Pick<ObservedChain, "jumps" | "references">> {
  const leading = rules.flatMap((rule, i) => (rule.leads === "jump" ? [{ rule, place: i + 1 }] : []));
  const wanted = jump === undefined ? [] : await findWanted(tools, jump, leading);
  const jumps = leading.map(({ rule }): ObservedJump => {
    const { handle, packets, bytes } = rule;
    return { spec: jump !== undefined && wanted.includes(rule) ? jump : asNftText(rule.text), packets, bytes, handle };
  });
  const maps = rules.filter(({ leads }) => leads === "map");
  return { jumps, references: maps.map(({ text }) => `-A POSTROUTING ${asNftText(text)}`) };
}

/**
 * Which of the jumps equal the desired one.
 *
 * `-C` compares rule by rule and reports whether the jump exists; if there is only one jump, that is it. 1.8.9 fails on some
 * unknown rules before it reaches ours, but can still list a single rule by its number. If neither works, a jump that has
 * only iptables matches is assumed to be the desired one: rewriting it each time would be worse than missing a change to
 * its comment.
 */
async function findWanted(
  tools: Tools,
  jump: string,
  leading: readonly { readonly rule: NftRule; readonly place: number }[],
): Promise<readonly NftRule[]> {
  if (leading.length === 0) return [];
  const check = await iptables(tools, ["-C", "POSTROUTING", ...readWords(jump)]);
  if (check.exit === 1 || check.exit === 2) return [];
  if (check.exit === 0 && leading.length === 1) return leading.map(({ rule }) => rule);
  const answers = await Promise.all(
    leading.map(async ({ rule, place }) => {
      const { exit, stdout } = await iptables(tools, ["-S", "POSTROUTING", `${place}`]);
      if (exit === 0) return new TextDecoder().decode(stdout).trim() === `-A POSTROUTING ${jump}`;
      return check.exit !== 0 && rule.opaque && !/\bfib\b(?! daddr type != local)/.test(rule.text);
    }),
  );
  return leading.flatMap(({ rule }, i) => (answers[i] ? [rule] : []));
}

/** Adds the handles of jumps that cannot be removed by text. Without nft they stay as they are. */
async function withHandles(
  { tools, chain }: NftQuery,
  jumps: readonly ObservedJump[],
): Promise<readonly ObservedJump[]> {
  if (jumps.every(({ raw }) => raw === undefined)) return jumps;
  const rules = await listNftChain(tools, "POSTROUTING", chain).catch(ifMissing);
  const leading = rules?.filter(({ leads }) => leads === "jump") ?? [];
  // Another program may have written between the two reads; the next sync reads again.
  if (leading.length !== jumps.length) return jumps;
  return jumps.map((jump, i) => {
    const handle = jump.raw && leading[i]?.handle;
    return handle === undefined ? jump : { ...jump, handle };
  });
}
