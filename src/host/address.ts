// The address that a server listens on.
// This module is browser-compatible.

/** The address to listen on; no host means all addresses. */
export interface Address {
  readonly host: string | undefined;
  readonly port: number;
}

/** Parses `9410`, `:9410`, `127.0.0.1:9410` or `[::1]:9410`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:(?:\[([\da-fA-F:.]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65535 || (match[1] !== undefined && !isIPv6(match[1]))) return undefined;
  return { host: match[1] ?? (match[2] || undefined), port };
}

/** Whether this is an IPv6 address without a zone. node:net could tell too, but takes 1 ms to load. */
const isIPv6 = (text: string): boolean => URL.canParse(`http://[${text}]`);

/** The address as text for messages. */
export function formatAddress({ host, port }: Address): string {
  return `${host ?? "all addresses"}, port ${port}`;
}
