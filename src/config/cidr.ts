// Checks the entries of a CIDR list: what is wrong with each, and what to write instead.
// This module is browser-compatible.
import { type NoPrefix, type Prefix, parsePrefixes } from "../core/index.ts";
import { excerpt, MAX_ENTRY } from "./limits.ts";
import { printableName } from "./printable.ts";
import type { Report, Span, Wording } from "./report.ts";

/** An entry of a list, unparsed, with its position. */
export interface RawCidr {
  readonly text: string;
  readonly span: Span;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Reports problems of its file. */
  readonly report: Report;
}

/**
 * Parses the entries of a list in one call of the core. Reports every bad entry; returns the prefixes in the order of the
 * entries, or undefined if any entry is bad.
 */
export function readCidrs(list: readonly RawCidr[], ipv6: boolean): Prefix[] | undefined {
  // An alias may repeat a long text many times.
  const texts = list.map(({ text }) => text.slice(0, MAX_ENTRY));
  const { read } = parsePrefixes(texts);
  const good: Prefix[] = [];
  for (const [i, { span, report }] of list.entries()) {
    const prefix = read[i];
    if (!prefix) continue;
    const problem = findProblem(texts[i] ?? "", prefix, ipv6);
    if (problem) report("error", problem.code, span, problem.wording);
    else if (prefix.ok) good.push(prefix);
  }
  return good.length === list.length ? good : undefined;
}

/** Why a parsed entry cannot be used in rules; undefined if it can. */
export function findProblem(text: string, read: Prefix | NoPrefix, ipv6: boolean): Problem | undefined {
  return read.ok ? problemOf(text, read, ipv6) : syntaxProblem(text, read);
}

/** Why a text is neither an address nor a CIDR; if it was meant to be a CIDR, as the diagnostic of a config says it. */
export function describeBadAddress(text: string): string {
  const entry = text.slice(0, MAX_ENTRY);
  const [read] = parsePrefixes([entry]).read;
  if (!text.includes("/") || !read || read.ok) {
    return `${printableName(excerpt(text)) || "an empty string"} is neither an IP address nor a CIDR`;
  }
  const { message, hint } = syntaxProblem(entry, read).wording();
  return printableName(`${message}; ${hint}`);
}

type Problem = {
  code: "cidr-syntax" | "cidr-unaligned" | "cidr-length-padded" | "cidr-mapped" | "ipv6-disabled";
  /** Computed on demand: suggesting a correct entry costs much more than detecting a bad one. */
  wording: () => Wording;
};

/** Why a prefix that Go would accept cannot be used in rules; undefined if it can. */
function problemOf(text: string, prefix: Prefix, ipv6: boolean): Problem | undefined {
  const { network, bits } = prefix;
  if (prefix.mapped) {
    const inner = /^::ffff:(.*)\/\d+$/.exec(network)?.[1];
    const hint = inner && bits >= 96 ? `write ${inner}/${bits - 96}` : "write the IPv4 prefix itself";
    const message = `${text} is an IPv4-mapped IPv6 address, which no packet contains`;
    return { code: "cidr-mapped", wording: () => ({ message, hint }) };
  }
  if (!prefix.aligned) {
    const one = `${text.slice(0, text.indexOf("/"))}/${prefix.family === "ipv4" ? 32 : 128}`;
    const message = `${text} is not aligned: host bits are set beyond the /${bits} prefix`;
    const hint = `write ${network} for the block, or ${one} for the one address`;
    return { code: "cidr-unaligned", wording: () => ({ message, hint }) };
  }
  if (prefix.padded) {
    const message = `the length of ${text} has a leading zero, which iptables refuses`;
    return { code: "cidr-length-padded", wording: () => ({ message, hint: `write ${network}` }) };
  }
  if (prefix.family === "ipv6" && !ipv6) {
    const hint = "start the agent with --enable-ipv6, or remove the entry";
    const message = `${text} is an IPv6 prefix, but IPv6 is not enabled`;
    return { code: "ipv6-disabled", wording: () => ({ message, hint }) };
  }
  return undefined;
}

function syntaxProblem(text: string, { problem, at }: NoPrefix): Problem {
  const wording = () => {
    const shown = JSON.stringify(excerpt(text)).slice(1, -1);
    const repaired = repair(text);
    const hint = repaired ? `write ${repaired}` : "write an address and a length, such as 10.0.0.0/8 or 2001:db8::/32";
    return { message: `${shown || "an empty string"} is not a CIDR: ${why(text, problem, at)}`, hint };
  };
  return { code: "cidr-syntax", wording };
}

function why(text: string, problem: NoPrefix["problem"], at: number): string {
  const before = new TextDecoder().decode(new TextEncoder().encode(text).slice(0, at));
  const next = String.fromCodePoint(text.codePointAt(before.length) ?? 0x20);
  const v6 = text.includes(":");
  switch (problem) {
    case "empty":
      return "it has no address";
    case "no-length":
      return "it has no prefix length";
    case "leading-zero":
      return "a number in the address begins with 0";
    case "octet-too-big":
      return "a number in the address is more than 255";
    case "too-short":
      return v6 ? "an IPv6 address has eight groups, or :: instead of zeros" : "an IPv4 address has four numbers";
    case "too-long":
      return v6 ? "the address has too many groups" : "the address has too many numbers";
    case "zone":
      return "a zone (%) is not allowed";
    case "bad-length":
      return "the length after the / is not a number";
    case "length-too-big":
      return `the length is more than ${v6 ? 128 : 32}`;
    case "bad-character":
      return before.length >= text.length
        ? "it ends too early"
        : `${JSON.stringify(next)} is not allowed at character ${[...before].length + 1}`;
  }
}

/** The prefix that was probably meant: corrects white space, leading zeros, short addresses, netmasks, zones, missing lengths. */
function repair(text: string): string | undefined {
  const [address = "", length = "", more] = text.trim().split("/");
  if (more !== undefined) return undefined;
  const bare = address.trim().replace(/%.*$/, "");
  const v6 = bare.includes(":");
  const octets = bare.split(".").map((octet) => octet.replace(/^0+(?=\d)/, ""));
  while (!v6 && length && octets.length < 4) octets.push("0");
  const bits = length.includes(".") ? maskBits(length) : length.trim() || (v6 ? "128" : "32");
  const [prefix] = parsePrefixes([`${v6 ? bare : octets.join(".")}/${bits}`]).read;
  return prefix?.ok && !prefix.mapped ? prefix.network : undefined;
}

/** `16` for 255.255.0.0; empty for a non-contiguous mask. */
function maskBits(mask: string): string {
  const ones = mask
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
  return /^1*0*$/.test(ones) && ones.length === 32 ? String(ones.replace(/0/g, "").length) : "";
}
