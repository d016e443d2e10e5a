// Does iptables show a rule of its table as it is?
// This module is browser-compatible.
import { isObject, type Json, kindOf, memberOf } from "./nft-json.ts";

/** Statements that iptables-nft writes, and so reads (iptables/nft.c, supported_exprs). */
const STATEMENTS = new Set(["counter", "xt", "jump", "goto", "return", "accept", "drop", "limit"]);

/** Keys of `meta` that it writes (iptables/nft-shared.c, parse_meta). */
const META = new Set(["iif", "oif", "iifname", "oifname", "mark", "l4proto"]);

/**
 * Can iptables have written a rule? Of others it refuses the most, and then the whole table. But rules with sets, maps and
 * ranges of addresses it shows without them, or with other addresses, and says nothing: of `ip saddr 10.0.0.1-10.0.0.9 return`
 * 1.8.9 shows `-s 10.0.0.9/32 -j RETURN`, and of `ip daddr vmap { … }` a rule without a target.
 */
export function isIptablesRule(expressions: readonly Json[]): boolean {
  return expressions.every((expression) => {
    const [kind, value] = kindOf(expression);
    if (kind === "match") return isIptablesMatch(value);
    // NFLOG and TRACE.
    if (kind === "log") return typeof memberOf(value, "group") === "number";
    if (kind === "mangle") return memberOf(memberOf(memberOf(value, "key"), "meta"), "key") === "nftrace";
    return STATEMENTS.has(kind);
  });
}

function isIptablesMatch(match: Json): boolean {
  const left = memberOf(match, "left") ?? null;
  const right = memberOf(match, "right") ?? null;
  if (Array.isArray(right) || (typeof right === "string" && right.startsWith("@"))) return false;
  const [kind] = kindOf(right);
  const isPort = /^[sd]port$/.test(String(memberOf(memberOf(left, "payload"), "field")));
  return isField(left) && (!isObject(right) || kind === "prefix" || (kind === "range" && isPort));
}

/** A field of the packet or of `meta`, or some bits of one. */
function isField(left: Json): boolean {
  const [kind, value] = kindOf(left);
  if (kind === "&" && Array.isArray(value)) return isField(value[0] ?? null);
  return kind === "payload" || (kind === "meta" && META.has(String(memberOf(value, "key"))));
}

/** Has a rule parts that nft shows by their name only? */
export const hasExtensions = (expressions: readonly Json[]): boolean =>
  expressions.some((expression) => kindOf(expression)[0] === "xt");
