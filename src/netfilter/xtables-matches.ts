// Reads matches of iptables as iptables-save prints them.
// This module is browser-compatible.
import type { Family } from "../core/index.ts";
import { readAddressBlock } from "./addresses.ts";
import { type Intervals, normalize } from "./intervals.ts";
import {
  allMatch,
  anyBit,
  anyMatch,
  nameMatch,
  negateIf,
  numberMatch,
  stateBits,
  statusBits,
  unknownMatch,
} from "./match.ts";
import type { Match } from "./model.ts";
import { PORT_PROTOCOLS, protocolNumber } from "./names.ts";
import type { Extension, Option } from "./xtables-words.ts";

/** Extensions whose result may differ between two runs for one packet: chance, rates, counts. */
const VARYING = new Set([
  "statistic",
  "limit",
  "hashlimit",
  "recent",
  "quota",
  "random",
  "connlimit",
  "rateest",
  "bpf",
]);

/** Reads the options of ip_tables itself: `-s 10.0.0.0/8`. */
export function basicMatches(family: Family, options: readonly Option[]): readonly Match[] {
  return options.map((option) => basicMatch(family, option) ?? unknownMatch(option.name, textOf(option)));
}

const textOf = ({ name, negated, values }: Option) => `${negated ? "! " : ""}${[name, ...values].join(" ")}`;

function basicMatch(family: Family, { name, negated, values: [value = ""] }: Option): Match | undefined {
  switch (name) {
    case "-s":
    case "-d": {
      const block = readAddressBlock(family, value);
      return block && numberMatch(name === "-s" ? "source" : "destination", block.values, negated, block.mask);
    }
    case "-p": {
      const number = protocolNumber(value);
      return number === undefined ? undefined : numberMatch("protocol", numbers(number), negated);
    }
    case "-i":
    case "-o":
      // iptables writes + where nft writes *.
      return nameMatch(name === "-i" ? "inputInterface" : "outputInterface", [value.replace(/\+$/, "*")], negated);
    default:
      return undefined;
  }
}

const numbers = (first: number, last = first): Intervals => [{ first: BigInt(first), last: BigInt(last) }];

/** Reads the options of one extension; undefined for an option that it does not know. */
type Reader = (option: Option, family: Family) => Match | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(PORT_PROTOCOLS.map((protocol) => [protocol, portOption])),
  multiport: multiportOption,
  mark: ({ name, negated, values: [value = ""] }) =>
    name === "--mark" ? markMatch("mark", value, negated) : undefined,
  connmark: ({ name, negated, values: [value = ""] }) =>
    name === "--mark" ? markMatch("connectionMark", value, negated) : undefined,
  conntrack: conntrackOption,
  state: ({ name, negated, values: [value = ""] }) => (name === "--state" ? stateMatch(value, negated) : undefined),
  iprange: ({ name, negated, values: [value = ""] }, family) => {
    const block = readAddressBlock(family, value);
    if (!block || (name !== "--src-range" && name !== "--dst-range")) return undefined;
    return numberMatch(name === "--src-range" ? "source" : "destination", block.values, negated);
  },
};

/** Reads one `-m`. */
export function extensionMatch(family: Family, extension: Extension): Match | undefined {
  const { name, options, text } = extension;
  if (name === "comment") return undefined;
  if (name === "addrtype") return addressTypes(options);
  if (name === "set") return setMatch(extension);
  const reader = READERS[name];
  const matches = reader && options.map((option) => reader(option, family));
  // An unknown option makes the result unknown only if all others match.
  const known = matches?.filter((one) => one !== undefined) ?? [];
  const rest = matches?.every((one) => one !== undefined) ? [] : [unknownMatch(name, text, VARYING.has(name))];
  return allMatch([...known, ...rest]);
}

/** A match of a set and its negation are the same condition. */
function setMatch({ options, text }: Extension): Match {
  const [option] = options;
  if (!option || options.length > 1 || option.name !== "--match-set") return unknownMatch("set", text);
  const condition = `-m set --match-set ${option.values.join(" ")}`;
  return negateIf(option.negated, unknownMatch("set", condition));
}

function portsOf(text: string): Intervals | undefined {
  const ranges = text.split(",").map((part) => {
    const [from = "", to = from] = part.split(":");
    if (!/^\d*$/.test(from) || !/^\d*$/.test(to)) return undefined;
    return numbers(Number(from || 0), to === "" ? 65535 : Number(to))[0];
  });
  const known = ranges.filter((range) => range !== undefined);
  return known.length === ranges.length ? normalize(known) : undefined;
}

function portOption({ name, negated, values: [value = ""] }: Option): Match | undefined {
  const field = { "--sport": "sourcePort", "--dport": "destinationPort" }[name] as "sourcePort" | undefined;
  const ports = portsOf(value);
  return field && ports && numberMatch(field, ports, negated);
}

function multiportOption({ name, negated, values: [value = ""] }: Option): Match | undefined {
  const ports = portsOf(value);
  if (!ports) return undefined;
  if (name === "--sports") return numberMatch("sourcePort", ports, negated);
  if (name === "--dports") return numberMatch("destinationPort", ports, negated);
  if (name !== "--ports") return undefined;
  return negateIf(negated, anyMatch([numberMatch("sourcePort", ports), numberMatch("destinationPort", ports)]));
}

/** `0x1/0xf`, or `0x1`. */
export function readMark(text: string): { readonly value: bigint; readonly mask: bigint | undefined } | undefined {
  const [, value, mask] = /^(0x[\da-f]+|\d+)(?:\/(0x[\da-f]+|\d+))?$/i.exec(text) ?? [];
  return value === undefined
    ? undefined
    : { value: BigInt(value), mask: mask === undefined ? undefined : BigInt(mask) };
}

function markMatch(field: "mark" | "connectionMark", text: string, negated: boolean): Match | undefined {
  const mark = readMark(text);
  return mark && numberMatch(field, [{ first: mark.value, last: mark.value }], negated, mark.mask);
}

/** Reads the states of `--ctstate`. Its SNAT and DNAT are bits of the connection's status. */
function stateMatch(text: string, negated: boolean): Match | undefined {
  const names = text.toLowerCase().split(",");
  const isStatus = (name: string) => name === "snat" || name === "dnat";
  const states = stateBits(names.filter((name) => !isStatus(name)));
  const status = statusBits(names.filter(isStatus));
  if (states === undefined || status === undefined) return undefined;
  const parts = [...(states ? [anyBit("state", states)] : []), ...(status ? [anyBit("status", status)] : [])];
  return negateIf(negated, anyMatch(parts));
}

function conntrackOption(option: Option, family: Family): Match | undefined {
  const {
    name,
    negated,
    values: [value = ""],
  } = option;
  switch (name) {
    case "--ctstate":
      return stateMatch(value, negated);
    case "--ctstatus": {
      const bits = statusBits(value.split(","));
      return bits === undefined ? undefined : anyBit("status", bits, negated);
    }
    case "--ctproto":
      return basicMatch(family, { ...option, name: "-p" });
    case "--ctorigsrc":
      // The source has not been translated yet.
      return basicMatch(family, { ...option, name: "-s" });
    case "--ctdir":
      return { kind: "constant", value: (value === "ORIGINAL") !== negated };
    default:
      return undefined;
  }
}

function addressTypes(options: readonly Option[]): Match {
  const limited = options.some(({ name }) => name.startsWith("--limit-iface"));
  const matches = options.flatMap(({ name, negated, values: [value = ""] }): Match[] => {
    if (name !== "--src-type" && name !== "--dst-type") return [];
    const types = value.toLowerCase().split(",");
    return [{ kind: "addressType", field: name === "--src-type" ? "source" : "destination", types, limited, negated }];
  });
  return allMatch(matches);
}
