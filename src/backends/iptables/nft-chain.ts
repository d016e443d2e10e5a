// Reads nft's listing of a chain, which includes the rules that iptables cannot show.
// This module is browser-compatible.
import { UnreadableDumpError } from "./observed.ts";

/** A rule in nft's listing. */
export interface NftRule {
  /**
   * A number that is unique in the table and never reused while the table exists; a replaced rule gets a new one. So a rule
   * can be deleted safely by its handle at any later time.
   */
  readonly handle: number;
  /** As `nft -s list chain` prints it, in one line. */
  readonly text: string;
  /** Whether iptables can show the rule. */
  readonly known: boolean;
  /** Whether all its matches are iptables extensions, whose options nft does not show reliably. */
  readonly opaque: boolean;
  /** How it leads to the target chain: by its own jump or goto, or by one in a verdict map. */
  readonly leads: "jump" | "map" | undefined;
  readonly packets: bigint;
  readonly bytes: bigint;
}

type Expression = Readonly<Record<string, unknown>>;

/** Statements that iptables-nft can show (iptables/nft.c, supported_exprs); its own matches and targets are `xt`. */
const KNOWN = new Set(["match", "counter", "xt", "jump", "goto", "return", "accept", "drop", "limit"]);

/** The statements of an opaque rule: of iptables extensions, nft knows only the names. */
const OPAQUE = new Set(["xt", "counter", "jump"]);

/** Keys of `meta` that iptables-nft can show (iptables/nft-shared.c, parse_meta). */
const KNOWN_META = new Set(["iif", "oif", "iifname", "oifname", "mark", "l4proto"]);

/**
 * Reads one chain from the output of `nft -a -j list chain`, and the rules' text from that of `nft -a -s list chain`. The
 * JSON has no text, and the text cannot be parsed reliably, because a comment may contain anything.
 *
 * @param target the chain that {@link NftRule.leads} refers to
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
    // Reported below.
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

/** Lines at the beginning of a chain's listing that are not rules. */
const HEADER = /^(type \w+ hook |comment ")/;

/**
 * The rules' texts by handle. A rule ends with its handle, and may span several lines because of a set or a comment. The
 * chain's own line ends with a handle too, which no rule has.
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
