// Decides whether iptables shows a rule of its table correctly.
// This module is browser-compatible.
import { isObject, type Json, kindOf, memberOf } from "./nft-json.ts";

/** Statements that iptables-nft writes and therefore reads (iptables/nft.c, supported_exprs). */
const STATEMENTS = new Set(["counter", "xt", "jump", "goto", "return", "accept", "drop", "limit"]);

/** Keys of `meta` that it writes (iptables/nft-shared.c, parse_meta). */
const META = new Set(["iif", "oif", "iifname", "oifname", "mark", "l4proto"]);

/**
 * Whether iptables can have written a rule. It refuses most other rules, and with them the whole table. But it silently omits
 * sets, maps and address ranges, or shows other addresses: 1.8.9 shows `ip saddr 10.0.0.1-10.0.0.9 return` as
 * `-s 10.0.0.9/32 -j RETURN`, and `ip daddr vmap { … }` as a rule without a target.
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

/** Whether a rule has parts of which nft shows only the name. */
export const hasExtensions = (expressions: readonly Json[]): boolean =>
  expressions.some((expression) => kindOf(expression)[0] === "xt");
