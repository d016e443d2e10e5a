// The names that programs and clouds use for the destination of a flow, and the choice among several candidates.
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

const RANKS = new Map(DESTINATIONS.map((name, rank) => [name, rank]));

/** A name in lower case, without punctuation and without a remark in brackets: `DestIP [IPv4]` is `destip`. */
const bare = (name: string): string =>
  name
    .replace(/\[.*\]/, "")
    .replace(/[^A-Za-z\d]/g, "")
    .toLowerCase();

/** The rank of a name, or of the end of a path, among the names of destinations; undefined if it is not one. */
export function rankOf(name: string): number | undefined {
  const parts = name.split(".");
  return RANKS.get(bare(name)) ?? RANKS.get(bare(parts.slice(-2).join(""))) ?? RANKS.get(bare(parts.at(-1) ?? ""));
}

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
const AWS_PAIR = ["pktdstaddr", "dstaddr"];

/**
 * The chosen candidate, or several among which the choice is not certain, because their values differ; empty if there is
 * none.
 */
export function chooseDestination(candidates: readonly Candidate[]): Candidate | readonly Candidate[] {
  const possible = candidates
    .filter((candidate) => rankOf(candidate.name) !== undefined && holdsAddresses(candidate))
    .sort((a, b) => (rankOf(a.name) ?? 0) - (rankOf(b.name) ?? 0));
  const [first] = possible;
  if (!first) return [];
  const areEqual = possible.every(({ values }) => values.join("\n") === first.values.join("\n"));
  const isPair = possible.every(({ name }) => AWS_PAIR.includes(bare(name)));
  return areEqual || isPair ? first : possible;
}
