// Formats a connection for messages.
// This module is browser-compatible.
import { parseAddresses } from "../core/index.ts";
import { type Connection, isRedirected, translatedTo } from "./connection.ts";

/** The parts of a connection in canonical text. */
export interface ConnectionFacts {
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  /** The destination after DNAT, if it differs. */
  readonly redirectedTo: string | undefined;
  /** The source address that the destination sees, if it differs. */
  readonly seenAs: string | undefined;
}

/** `udp 10.244.0.2:4000 > 203.0.113.10:53, seen as 192.0.2.1`. */
export function formatConnection(connection: Connection): string {
  const { protocol, source, destination, redirectedTo, seenAs } = factsOf(connection);
  const to = redirectedTo === undefined ? destination : `${redirectedTo} by ${destination}`;
  return `${protocol} ${source} > ${to}${seenAs === undefined ? "" : `, seen as ${seenAs}`}`;
}

export function factsOf(connection: Connection): ConnectionFacts {
  const { protocolName, protocol, original, reply } = connection;
  const seen = translatedTo(connection);
  const texts = [original.source, original.destination, reply.source, seen ?? ""];
  const [source = "", destination = "", target = "", seenAs = ""] = parseAddresses(texts).read.map((address, i) =>
    address.ok ? address.network.replace(/\/\d+$/, "") : texts[i],
  );
  return {
    protocol: protocolName === "unknown" ? `protocol ${protocol}` : protocolName,
    source: withPort(source, original.sourcePort),
    destination: withPort(destination, original.destinationPort),
    redirectedTo: isRedirected(connection) ? withPort(target, reply.sourcePort) : undefined,
    seenAs: seen === undefined ? undefined : seenAs,
  };
}

function withPort(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
