// The nft variant: one chain and the jumps to it, also beside rules that iptables cannot show.
import { exitError, ifMissing, type ToolRun } from "../../host/index.ts";
import { listNftChain } from "./nft.ts";
import type { NftRule } from "./nft-chain.ts";
import { IN_NFT_WORDS, type ObservedChain, type ObservedJump } from "./observed.ts";
import { onOneLine } from "./one-line.ts";
import { readDump, type Tools, toolName, unreadable } from "./tools.ts";
import { readWords } from "./words.ts";

export interface NftLook {
  readonly tools: Tools;
  readonly chain: string;
  /** Should counters be read? */
  readonly counters: boolean;
  /** The jump that is wanted, if one is. */
  readonly jump: string | undefined;
}

/** A chain as iptables lists it; else as nft does, with what iptables said; absent if there is none. */
type Listed =
  | { readonly kind: "text"; readonly run: ToolRun }
  | { readonly kind: "rules"; readonly run: ToolRun; readonly rules: readonly NftRule[] }
  | { readonly kind: "absent" };

/** What `-S` says of a chain that holds a rule which it cannot show: iptables/nft.c, nft_is_chain_compatible and nft_rule_print_save. */
const HIDDEN = /is incompatible|Parsing nftables rule failed/;

const iptables = (tools: Tools, args: readonly string[]) => tools.run(toolName(tools), ["-t", "nat", ...args]);

const NEWLINE = 0x0a;

/**
 * Lists two chains, 5 ms each whatever else there is. iptables refuses to list a chain with a single rule in it that it
 * does not know; its writes do not mind. Only then, and for a jump that no text can name, nft is asked.
 */
export async function observeNft(look: NftLook): Promise<ObservedChain> {
  const { tools, chain, counters } = look;
  const list = async (name: string): Promise<Listed> => {
    const run = await iptables(tools, [...(counters ? ["-v"] : []), "-S", name]);
    if (run.exit !== 0) return listOtherwise(look, name, run);
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
      ? await findJumps(look, postrouting.rules)
      : { jumps: await withHandles(look, observed.jumps), references: [] };
  const findings = [own, postrouting].flatMap((one, i) =>
    one.kind === "rules" ? describe(one, i === 0 ? chain : "POSTROUTING") : [],
  );
  if (own.kind !== "rules") return { ...observed, jumps, references, findings };
  // None of these texts is that of a wanted rule: the chain is written anew as a whole.
  const rules = own.rules.map(({ text, packets, bytes }) => ({ spec: inNftWords(text), packets, bytes }));
  return { exists: true, rules, jumps, references, findings };
}

/** A chain that iptables did not list. Throws what it said if that has another cause than a rule it does not know. */
async function listOtherwise({ tools, chain }: NftLook, name: string, run: ToolRun): Promise<Listed> {
  if (run.exit === 1 && /No chain\/target\/match by that name|does not exist/.test(run.stderr))
    return { kind: "absent" };
  if (!HIDDEN.test(run.stderr)) throw exitError(run);
  // 1.8.9 calls a chain that is not there incompatible too, but not if a rule leads to it.
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

const inNftWords = (text: string) => onOneLine(`${IN_NFT_WORDS}${text}`);

/** Which rules of a chain iptables cannot show, for people. */
function describe({ run, rules }: Listed & { kind: "rules" }, chain: string): readonly string[] {
  const unknown = rules.filter(({ known }) => !known);
  if (unknown.length === 0) {
    return [`chain ${chain} holds a rule that iptables cannot show: ${onOneLine(run.stderr.split("\n")[0] ?? "")}`];
  }
  return unknown.map(({ text }) => `chain ${chain} holds a rule that iptables cannot show: ${onOneLine(text)}`);
}

/** The jumps among rules that iptables does not list; in maps, which are not ours to change, only references. */
async function findJumps(
  { tools, jump }: NftLook,
  rules: readonly NftRule[],
): Promise<Pick<ObservedChain, "jumps" | "references">> {
  const leading = rules.flatMap((rule, i) => (rule.leads === "jump" ? [{ rule, place: i + 1 }] : []));
  const wanted = jump === undefined ? [] : await findWanted(tools, jump, leading);
  const jumps = leading.map(({ rule }): ObservedJump => {
    const { handle, packets, bytes } = rule;
    return { spec: jump !== undefined && wanted.includes(rule) ? jump : inNftWords(rule.text), packets, bytes, handle };
  });
  const maps = rules.filter(({ leads }) => leads === "map");
  return { jumps, references: maps.map(({ text }) => `-A POSTROUTING ${inNftWords(text)}`) };
}

/**
 * Which of the jumps are the wanted one.
 *
 * `-C` compares rule by rule and says whether it is there; so if there is one jump, that is it. 1.8.9 fails on some
 * unknown rules before it comes to ours, but lists a single rule by its place beside those. If neither works, a jump
 * that only has matches of iptables is taken for the wanted one: to write it anew each time would be worse than to
 * miss a change of its comment.
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

/** Gives the jumps that no text can name their handles. Without nft they stay as they are. */
async function withHandles(
  { tools, chain }: NftLook,
  jumps: readonly ObservedJump[],
): Promise<readonly ObservedJump[]> {
  if (jumps.every(({ raw }) => raw === undefined)) return jumps;
  const rules = await listNftChain(tools, "POSTROUTING", chain).catch(ifMissing);
  const leading = rules?.filter(({ leads }) => leads === "jump") ?? [];
  // Somebody may have written between the two looks; the next look will tell.
  if (leading.length !== jumps.length) return jumps;
  return jumps.map((jump, i) => {
    const handle = jump.raw && leading[i]?.handle;
    return handle === undefined ? jump : { ...jump, handle };
  });
}
