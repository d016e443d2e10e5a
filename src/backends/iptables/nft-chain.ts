// What nft prints of one chain: the rules that iptables cannot show, too.
// This module is browser-compatible.
import { UnreadableDumpError } from "./observed.ts";

/** A rule as nft sees it. */
export interface NftRule {
  /**
   * The kernel gives every rule of a table a number of its own, never gives it again while the table lives, and gives a
   * rule that is replaced a new one: what was read by its handle can be deleted by it at any time later.
   */
  readonly handle: number;
  /** As `nft -s list chain` prints it, in one line. */
  readonly text: string;
  /** False if it holds what iptables does not know. */
  readonly known: boolean;
  /** Are all its matches iptables' own, of which nft shows no options for certain? */
  readonly opaque: boolean;
  /** How it leads to the chain that was asked for: by a jump or goto of its own, or by one in a verdict map. */
  readonly leads: "jump" | "map" | undefined;
  readonly packets: bigint;
  readonly bytes: bigint;
}

type Expression = Readonly<Record<string, unknown>>;

/** Statements that iptables-nft prints (iptables/nft.c, supported_exprs); its own matches and targets are `xt`. */
const KNOWN = new Set(["match", "counter", "xt", "jump", "goto", "return", "accept", "drop", "limit"]);

/** What a rule holds of which nft knows no more than iptables' names. */
const OPAQUE = new Set(["xt", "counter", "jump"]);

/** Keys of `meta` that it prints (iptables/nft-shared.c, parse_meta). */
const KNOWN_META = new Set(["iif", "oif", "iifname", "oifname", "mark", "l4proto"]);

/**
 * Reads one chain from what `nft -a -j list chain` printed, and the rules' text from what `nft -a -s list chain` did. The
 * data has no text, and the text cannot be told apart for certain: a comment may hold anything.
 *
 * @param target the chain that {@link NftRule.leads} is about
 */
export function readNftChain(json: string, listing: string, target: string): readonly NftRule[] {
  const texts = readTexts(listing);
  return readItems(json).flatMap((item): NftRule[] => {
    const rule = item.rule as { handle?: unknown; expr?: unknown } | undefined;
    if (!rule) return [];
    if (typeof rule.handle !== "number" || !Array.isArray(rule.expr)) {
      throw new UnreadableDumpError("nft printed a rule without a handle or without expressions");
    }
    const expressions = rule.expr as Expression[];
    const counter = expressions.find((one) => one.counter)?.counter as { packets?: number; bytes?: number } | undefined;
    return [
      {
        handle: rule.handle,
        text: texts.get(rule.handle) ?? JSON.stringify(expressions),
        known: expressions.every(isKnown),
        opaque: expressions.some(({ xt }) => xt) && expressions.every((one) => OPAQUE.has(Object.keys(one)[0] ?? "")),
        leads: leadsTo(expressions, target),
        packets: BigInt(counter?.packets ?? 0),
        bytes: BigInt(counter?.bytes ?? 0),
      },
    ];
  });
}

function readItems(json: string): readonly Record<string, unknown>[] {
  try {
    const { nftables } = JSON.parse(json) as { nftables: Record<string, unknown>[] };
    if (Array.isArray(nftables)) return nftables;
  } catch {
    // The error below says it.
  }
  throw new UnreadableDumpError(`nft printed no JSON: ${JSON.stringify(json.slice(0, 200))}`);
}

function isKnown(expression: Expression): boolean {
  const [kind = "", value] = Object.entries(expression)[0] ?? [];
  if (kind === "log") return typeof (value as { group?: unknown } | null)?.group === "number";
  if (kind !== "match") return KNOWN.has(kind);
  const { left, right } = value as { left: unknown; right: unknown };
  return isKnownField(left) && !isSet(right);
}

/** A field of the packet or of `meta`, or some bits of one. */
function isKnownField(left: unknown): boolean {
  const { payload, meta, "&": masked } = left as Expression;
  if (Array.isArray(masked)) return isKnownField(masked[0]);
  return payload !== undefined || KNOWN_META.has((meta as { key?: string } | undefined)?.key ?? "");
}

const isSet = (right: unknown) =>
  (typeof right === "string" && right.startsWith("@")) ||
  (typeof right === "object" && right !== null && "set" in right);

function leadsTo(expressions: readonly Expression[], target: string): NftRule["leads"] {
  const isTo = (verdict: unknown) => (verdict as { target?: unknown } | null | undefined)?.target === target;
  if (expressions.some(({ jump, goto }) => isTo(jump) || isTo(goto))) return "jump";
  const inside = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).some(([key, one]) => ((key === "jump" || key === "goto") && isTo(one)) || inside(one));
  return inside(expressions) ? "map" : undefined;
}

/** What a chain's listing begins with besides rules. */
const HEADER = /^(type \w+ hook |comment ")/;

/**
 * The rules' texts by their handles. A rule ends with its handle; a set or a comment in it may take several lines. The
 * chain ends its line with a handle too, which no rule has.
 */
function readTexts(listing: string): Map<number, string> {
  const texts = new Map<number, string>();
  let lines: string[] = [];
  for (const line of listing.split("\n").map((one) => one.trim())) {
    if (lines.length === 0 && HEADER.test(line)) continue;
    lines.push(line);
    const [, text, handle] = /^(.*) # handle (\d+)$/.exec(lines.join(" ")) ?? [];
    if (handle === undefined) continue;
    texts.set(Number(handle), (text ?? "").trim());
    lines = [];
  }
  return texts;
}
