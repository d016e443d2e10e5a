// Finds addresses in snat that the node does not have.
// This module is browser-compatible.
import type { Config, SnatRule } from "../config/index.ts";
import { addressOf, formatAddressRange, parseAddresses } from "../core/index.ts";

/** A message about a range with addresses that the node does not have, and its position in the config. */
export interface MissingAddresses {
  readonly message: string;
  readonly origin: SnatRule["origin"];
}

/**
 * The ranges of snat with addresses that are not in `local`, the addresses of the node. This is not an error: an address may
 * be added later, or be routed to the node without being assigned to it.
 */
export function missingAddresses({ snat }: Config, local: readonly string[]): readonly MissingAddresses[] {
  const { records, read } = parseAddresses(local);
  const addresses = read.flatMap((one, i) => (one.ok ? [{ family: one.family, address: addressOf(records, i) }] : []));
  return snat.flatMap(({ to, origin }): MissingAddresses[] => {
    const ends = parseAddresses([to.first, to.last]).records;
    const [first, last] = [addressOf(ends, 0), addressOf(ends, 1)];
    const own = new Set(
      addresses.flatMap(({ family, address }) =>
        family === to.family && first <= address && address <= last ? [address] : [],
      ),
    );
    const size = last - first + 1n;
    const missing = size - BigInt(own.size);
    if (missing <= 0n) return [];
    const range = formatAddressRange(to);
    const missingOf =
      own.size === 0
        ? `none of the ${size} addresses ${range} is`
        : `${missing} of the ${size} addresses ${range} ${missing === 1n ? "is" : "are"} not`;
    const what = size === 1n ? `${range} is not` : missingOf;
    const message = `snat: ${what} on this node; replies arrive only if the network routes them to it`;
    return [{ message, origin }];
  });
}
