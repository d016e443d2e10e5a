// The names that programs and clouds use for the destination and the source of a flow, and the choice among several candidates.
// This module is browser-compatible.
import { isAddress } from "./addresses.ts";

/**
 * Names of columns and keys with a destination address, in lower case and without punctuation: `Dest_IP` is `destip`. If a
 * log has several, the first of this list counts: in AWS logs, `pkt-dstaddr` is the packet's own destination, and `dstaddr`
 * may be a gateway on the way.
 */
const DESTINATIONS = [
  ...["pktdstaddr", "dstaddr", "dstip", "dstaddress", "dstipaddr", "dstipaddress", "ipv4dstaddr", "nwdst", "ipdst"],
  ...["destip", "destips", "destaddr", "destaddress", "destipaddr", "destipaddress"],
  ...["destinationip", "destinationipaddress", "destinationaddress", "destinationaddr", "ipdestination"],
  ...["daddr", "dip", "idresph", "resph", "dst", "dest", "destination"],
];

/** The same for a source. */
const SOURCES = [
  ...["pktsrcaddr", "srcaddr", "srcip", "srcaddress", "srcipaddr", "srcipaddress", "ipv4srcaddr", "nwsrc", "ipsrc"],
  ...["srcips", "sourceip", "sourceipaddress", "sourceaddress", "sourceaddr", "ipsource"],
  ...["saddr", "sip", "idorigh", "origh", "src", "source"],
];

/** Names of other columns, with which a line of names is recognized as a header. */
const OTHERS = new Set([
  ...["version", "accountid", "interfaceid", "vpcid", "subnetid", "instanceid", "azid", "tcpflags", "flowdirection"],
  ...["srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "action", "logstatus"],
]);

type Ranks = ReadonlyMap<string, number>;

const ranksOf = (names: readonly string[]): Ranks => new Map(names.map((name, rank) => [name, rank]));
const DESTINATION_RANKS = ranksOf(DESTINATIONS);
const SOURCE_RANKS = ranksOf(SOURCES);

/** A name in lower case, without punctuation and without a remark in brackets: `DestIP [IPv4]` is `destip`. */
const bare = (name: string): string =>
  name
    .replace(/\[.*\]/, "")
    .replace(/[^A-Za-z\d]/g, "")
    .toLowerCase();

/** The rank of a name, or of the end of a path, among the names of destinations; undefined if it is not one. */
export const rankOf = (name: string): number | undefined => rankIn(DESTINATION_RANKS, name);

function rankIn(ranks: Ranks, name: string): number | undefined {
  const parts = name.split(".");
  return ranks.get(bare(name)) ?? ranks.get(bare(parts.slice(-2).join(""))) ?? ranks.get(bare(parts.at(-1) ?? ""));
}

/** How many of the names are known as those of columns in flow logs. */
export const countKnown = (names: readonly string[]): number =>
  names.filter(
    (name) => rankOf(name) !== undefined || rankIn(SOURCE_RANKS, name) !== undefined || OTHERS.has(bare(name)),
  ).length;

/** A column or a key, and its values in the sample. */
export interface Candidate {
  readonly name: string;
  readonly values: readonly string[];
}

/** Whether most of its values are addresses. Empty values and dashes mean none, and some lines may be damaged. */
function holdsAddresses({ values }: Candidate): boolean {
  const given = values.map((value) => value.trim()).filter((value) => !/^-?$/.test(value));
  return given.filter(isAddress).length * 2 >= given.length;
}

/** The names in AWS logs; if both are present, the first is certain. */
const AWS_PAIRS = [
  ["pktdstaddr", "dstaddr"],
  ["pktsrcaddr", "srcaddr"],
];

/**
 * The chosen candidate, or several among which the choice is not certain, because their values differ; empty if there is
 * none.
 */
export const chooseDestination = (candidates: readonly Candidate[]): Candidate | readonly Candidate[] =>
  choose(candidates, DESTINATION_RANKS);

/** The candidate that by its name holds the source; undefined if there is none, or several that differ. */
export function chooseSource(candidates: readonly Candidate[]): Candidate | undefined {
  const chosen = choose(candidates, SOURCE_RANKS);
  return "name" in chosen ? chosen : undefined;
}

function choose(candidates: readonly Candidate[], ranks: Ranks): Candidate | readonly Candidate[] {
  const rank = ({ name }: Candidate) => rankIn(ranks, name);
  const possible = candidates
    .filter((candidate) => rank(candidate) !== undefined && holdsAddresses(candidate))
    .sort((a, b) => (rank(a) ?? 0) - (rank(b) ?? 0));
  const [first] = possible;
  if (!first) return [];
  const areEqual = possible.every(({ values }) => values.join("\n") === first.values.join("\n"));
  const isPair = AWS_PAIRS.some((pair) => possible.every(({ name }) => pair.includes(bare(name))));
  return areEqual || isPair ? first : possible;
}
