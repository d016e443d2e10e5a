// Reads targets of iptables as iptables-save prints them.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import { readAddressBlock } from "./addresses.ts";
import { ALWAYS } from "./match.ts";
import type { SetMark, Statement, Translate, Translation } from "./model.ts";
import { readMark } from "./xtables-matches.ts";
import type { Extension } from "./xtables-words.ts";

export const ALL_BITS = 0xffff_ffffn;
const without = (mask: bigint) => ALL_BITS & ~mask;

/** Targets after which the next rule runs and which change nothing that later rules match. */
const WITHOUT_EFFECT = new Set([
  "LOG",
  "NFLOG",
  "ULOG",
  "TRACE",
  "SET",
  "CLASSIFY",
  "AUDIT",
  "NFACCT",
  "RATEEST",
  "LED",
]);

const VERDICTS = { ACCEPT: "accept", DROP: "drop", RETURN: "return" } as const;

export const translateTo = (to: Translation): Translate => ({ kind: "translate", cases: [{ match: ALWAYS, to }] });

/** The effect of a target; undefined if it has none that matters. `isChain` says whether a chain of this name exists. */
export function targetStatement(
  family: Family,
  target: Extension & { readonly isGoto: boolean },
  isChain: (name: string) => boolean,
): Statement | undefined {
  const { name, text } = target;
  if (isChain(name)) return { kind: target.isGoto ? "goto" : "jump", chain: name };
  if (Object.hasOwn(VERDICTS, name)) return { kind: VERDICTS[name as keyof typeof VERDICTS] };
  if (WITHOUT_EFFECT.has(name)) return undefined;
  return extensionStatement(family, target) ?? { kind: "unknownTarget", name: text };
}

function extensionStatement(family: Family, { name, options }: Extension): Statement | undefined {
  const value = (option: string) => options.find((one) => one.name === option)?.values[0];
  switch (name) {
    case "MASQUERADE":
      return translateTo({ kind: "masquerade" });
    case "SNAT":
      return translateTo(rangeOf(family, value("--to-source") ?? ""));
    case "NETMAP":
      return netmapOf(family, value("--to") ?? "");
    case "MARK": {
      const mark = readMark(value("--set-xmark") ?? "");
      return mark && setBits("mark", mark.mask ?? ALL_BITS, mark.value);
    }
    case "CONNMARK":
      return connectionMark(
        value,
        options.map((one) => one.name),
      );
    default:
      return undefined;
  }
}

/** `field = (field & ~mask) ^ value`. */
export const setBits = (field: SetMark["field"], mask: bigint, value: bigint): SetMark => {
  return { kind: "setMark", field, keep: without(mask), take: 0n, flip: value };
};

function connectionMark(value: (option: string) => string | undefined, names: readonly string[]): SetMark | undefined {
  if (names.some((name) => name.includes("shift"))) return undefined;
  const set = readMark(value("--set-xmark") ?? "");
  if (set) return setBits("connectionMark", set.mask ?? ALL_BITS, set.value);
  const nfmask = BigInt(value("--nfmask") ?? ALL_BITS);
  const ctmask = BigInt(value("--ctmask") ?? ALL_BITS);
  if (names.includes("--save-mark")) {
    return { kind: "setMark", field: "connectionMark", keep: without(ctmask), take: nfmask, flip: 0n };
  }
  if (!names.includes("--restore-mark")) return undefined;
  return { kind: "setMark", field: "mark", keep: without(nfmask), take: ctmask, flip: 0n };
}

/** Reads `203.0.113.5`, `203.0.113.5-203.0.113.9:1024-2048`, `[2001:db8::1]:80`; only ports keep the address. */
function rangeOf(family: Family, text: string): Translation {
  const addresses = text.startsWith("[")
    ? text.slice(1, text.indexOf("]"))
    : family === "ipv4"
      ? text.replace(/:.*$/, "")
      : text;
  if (addresses === "") return { kind: "same" };
  const [range] = readAddressBlock(family, addresses)?.values ?? [];
  return range ? { kind: "range", ...range } : { kind: "unknown", text };
}

function netmapOf(family: Family, text: string): Translate | undefined {
  const [range] = readAddressBlock(family, text)?.values ?? [];
  return range && translateTo({ kind: "network", network: range.first, hostMask: range.last - range.first });
}
