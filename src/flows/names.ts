// What programs and clouds call the destination of a flow, and how one of several candidates is chosen.
// This module is browser-compatible.
import { isAddress } from "./addresses.ts";

/**
 * Names of columns and keys that hold a destination address, without case and punctuation: `Dest_IP` is `destip`. If a log has
 * several, the first of this list counts: of AWS, `pkt-dstaddr` is the packet's own and `dstaddr` may be that of a gateway on the way.
 */
const DESTINATIONS = [
  ...["pktdstaddr", "dstaddr", "dstip", "dstaddress", "dstipaddr", "dstipaddress", "ipv4dstaddr", "nwdst", "ipdst"],
  ...["destip", "destips", "destaddr", "destaddress", "destipaddr", "destipaddress"],
  ...["destinationip", "destinationipaddress", "destinationaddress", "destinationaddr", "ipdestination"],
  ...["daddr", "dip", "idresph", "resph", "dst", "dest", "destination"],
];

const RANKS = new Map(DESTINATIONS.map((name, rank) => [name, rank]));

/** A name without case and punctuation, and without a remark in brackets: `DestIP [IPv4]` is `destip`. */
const bare = (name: string): string =>
  name
    .replace(/\[.*\]/, "")
    .replace(/[^A-Za-z\d]/g, "")
    .toLowerCase();

/** The rank of a name, or of the end of a path, among those of destinations; undefined if it is none. */
export function rankOf(name: string): number | undefined {
  const parts = name.split(".");
  return RANKS.get(bare(name)) ?? RANKS.get(bare(parts.slice(-2).join(""))) ?? RANKS.get(bare(parts.at(-1) ?? ""));
}

/** A column or a key that by its name holds the destination, and what it holds in the lines that were looked at. */
export interface Candidate {
  readonly name: string;
  readonly values: readonly string[];
}

/** Can it hold addresses? Empty values and dashes stand for none, and some lines may be damaged. */
function holdsAddresses({ values }: Candidate): boolean {
  const given = values.map((value) => value.trim()).filter((value) => !/^-?$/.test(value));
  return given.filter(isAddress).length * 2 >= given.length;
}

/** Those of AWS, of which one is certain. */
const AWS_PAIR = ["pktdstaddr", "dstaddr"];

/**
 * The candidate that counts, or those among which nothing decides: their names are as good, and what they hold differs. Empty:
 * there is none.
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
