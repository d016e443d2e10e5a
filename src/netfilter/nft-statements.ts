// Reads nft's statements.
// This module is browser-compatible.

import type { Family } from "../core/index.ts";
import { readAddressBlock } from "./addresses.ts";
import { unknownMatch } from "./match.ts";
import type { Match, SetMark, Statement, Step, Translate, Translation, Verdict } from "./model.ts";
import { isObject, type Json, kindOf, memberOf, stringsOf } from "./nft-json.ts";
import { isOwnSource, type NftContext, readCases, readMatch } from "./nft-matches.ts";
import { readMask } from "./nft-values.ts";
import { ALL_BITS, translateTo } from "./xtables-targets.ts";

/** Statements after which the rule continues and which change nothing that later rules match. */
const WITHOUT_EFFECT = new Set([
  "counter",
  "log",
  "set",
  "map",
  "comment",
  "ct helper",
  "ct timeout",
  "last",
  "continue",
  "secmark",
]);

/** Statements that end the rule or not, depending on rates and counts. */
const VARYING = new Set(["limit", "quota", "ct count"]);

/** Reads an expression of a rule as steps. The rule's `text` distinguishes its unknown parts from those of other rules. */
export function readExpression(expression: Json, context: NftContext, text: string): readonly Step[] {
  const [kind, value] = kindOf(expression);
  if (kind === "match") return readMatch(value, context);
  if (VARYING.has(kind)) return [unknownMatch(kind, text, true)];
  const verdict = readVerdict(expression);
  if (verdict) return verdict.kind === "continue" ? [] : [verdict];
  if (WITHOUT_EFFECT.has(kind)) return [];
  return statementOf(kind, value, context, text) ?? [{ kind: "unknownTarget", name: kind || "expression" }];
}

/** `{ "accept": null }`, `{ "jump": { "target": "x" } }`. */
function readVerdict(expression: Json): Verdict | undefined {
  const [kind, value] = kindOf(expression);
  if (kind === "accept" || kind === "drop" || kind === "return" || kind === "continue") return { kind };
  if (kind !== "jump" && kind !== "goto") return undefined;
  return { kind, chain: String(memberOf(value, "target")) };
}

function statementOf(kind: string, value: Json, context: NftContext, text: string): readonly Step[] | undefined {
  switch (kind) {
    case "masquerade":
      return [translateTo({ kind: "masquerade" })];
    case "snat":
      return readSnat(value, context);
    case "mangle":
      return readMangle(value);
    case "vmap": {
      const read = readCases(value, context, (answer): Verdict => readVerdict(answer) ?? { kind: "continue" });
      if (!read) return undefined;
      const cases = read.cases.map(({ match, answer }) => ({ match, verdict: answer }));
      return [...read.requires, { kind: "verdicts", cases }];
    }
    case "xt":
      return readXt(value, text);
    default:
      return undefined;
  }
}

/** nft's JSON has the names of iptables' extensions, but not their options. */
function readXt(value: Json, text: string): readonly Step[] {
  const [type, name] = [memberOf(value, "type"), String(memberOf(value, "name") ?? "xt")];
  if (type !== "match") return [{ kind: "unknownTarget", name }];
  if (name === "comment") return [];
  return [(name === "addrtype" && addressTypeIn(text)) || unknownMatch(name, `${name} of ${text}`)];
}

/**
 * Reads an addrtype match from nft's text, which shows it if nft was built with iptables' translations. The translations of
 * other matches are not reliable: 1.0.6 shows `! --ctstate NEW,DNAT` as `ct status dnat`, for example.
 */
function addressTypeIn(text: string): Match | undefined {
  const found = [...text.replace(/"[^"]*"/g, "").matchAll(/\bfib (\w+) type (!= )?([a-z]+)(?= |$)/g)];
  const [[, flag, negation, kind = ""] = [], another] = found;
  const field = flag === "saddr" ? "source" : flag === "daddr" ? "destination" : undefined;
  if (!field || another) return undefined;
  return { kind: "addressType", field, types: [kind], limited: false, negated: negation !== undefined };
}

function readSnat(value: Json, context: NftContext): readonly Step[] {
  const { family } = context;
  const named = memberOf(value, "family");
  // In an inet table it applies only to packets of one family.
  if (named !== undefined && (named === "ip") !== (family === "ipv4")) return [];
  const address = memberOf(value, "addr");
  if (address === undefined) return [translateTo({ kind: "same" })];
  const isNetmap =
    stringsOf(memberOf(value, "type_flags")).includes("prefix") ||
    stringsOf(memberOf(value, "flags")).includes("netmap");
  const map = memberOf(address, "map");
  if (map === undefined) return [translateTo(readTranslation(address, family, isNetmap))];
  const read = readCases(map, context, (answer) => readTranslation(answer, family, isNetmap));
  if (!read) return [translateTo({ kind: "unknown", text: JSON.stringify(address) })];
  const translate: Translate = {
    kind: "translate",
    cases: read.cases.map(({ match, answer }) => ({ match, to: answer })),
  };
  return [...read.requires, translate];
}

function readTranslation(address: Json, family: Family, isNetmap: boolean): Translation {
  if (isOwnSource(address, family)) return { kind: "same" };
  const [kind, value] = kindOf(address);
  // Of an address and a port, only the address matters.
  if (kind === "concat" && Array.isArray(value)) return readTranslation(value[0] ?? null, family, isNetmap);
  const text =
    kind === "range" && Array.isArray(value)
      ? value.join("-")
      : kind === "prefix"
        ? `${memberOf(value, "addr")}/${memberOf(value, "len")}`
        : String(address);
  const [range] = readAddressBlock(family, text)?.values ?? [];
  if (!range) return { kind: "unknown", text: JSON.stringify(address) };
  if (isNetmap) return { kind: "network", network: range.first, hostMask: range.last - range.first };
  return { kind: "range", ...range };
}

/** Reads `meta mark set …`. A later rule may match any other property that is set. */
function readMangle(value: Json): readonly Statement[] | undefined {
  const key = memberOf(value, "key") ?? null;
  const field = markOf(key);
  if (field) return [setMark(field, readBits(memberOf(value, "value") ?? null, field))];
  const [kind] = kindOf(key);
  return kind === "meta" || kind === "ct" ? [] : undefined;
}

function markOf(expression: Json): SetMark["field"] | undefined {
  const [kind, value] = kindOf(expression);
  if (memberOf(value, "key") !== "mark") return undefined;
  return kind === "meta" ? "mark" : kind === "ct" ? "connectionMark" : undefined;
}

/** Reads the new value of a mark: some of its own bits, bits of the other mark, and a constant. */
interface Bits {
  readonly own: bigint;
  readonly other: bigint;
  readonly flip: bigint;
}

const setMark = (field: SetMark["field"], bits: Bits | undefined): SetMark =>
  bits
    ? { kind: "setMark", field, keep: bits.own, take: bits.other, flip: bits.flip }
    : { kind: "setMark", field, keep: 0n, take: 0n, flip: 0n, unknown: ALL_BITS };

function readBits(expression: Json, field: SetMark["field"]): Bits | undefined {
  if (!isObject(expression)) {
    const flip = readMask("mark", "ipv4", expression);
    return flip === undefined ? undefined : { own: 0n, other: 0n, flip };
  }
  const source = markOf(expression);
  if (source) return { own: source === field ? ALL_BITS : 0n, other: source === field ? 0n : ALL_BITS, flip: 0n };
  const [operator, operands] = kindOf(expression);
  if (!Array.isArray(operands)) return undefined;
  const [left = null, ...masks] = operands;
  return masks.reduce<Bits | undefined>(
    (bits, mask) => combine(bits, operator, readMask("mark", "ipv4", mask)),
    readBits(left, field),
  );
}

function combine(bits: Bits | undefined, operator: string, mask: bigint | undefined): Bits | undefined {
  if (!bits || mask === undefined) return undefined;
  const { own, other, flip } = bits;
  switch (operator) {
    case "&":
      return { own: own & mask, other: other & mask, flip: flip & mask };
    case "|":
      return { own: own & ~mask, other: other & ~mask, flip: flip | mask };
    case "^":
      return { own, other, flip: flip ^ mask };
    default:
      return undefined;
  }
}
