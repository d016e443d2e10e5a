// Parses --to-ports: the source ports for translated connections.
// This module is browser-compatible.

/** Ports `first` to `last`, both within 1 to 65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export type ParsedPorts =
  | { readonly ok: true; readonly ranges: readonly PortRange[] }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/**
 * Parses `1024-29999,32768-65535`; a single port is a range of one, and an empty text means no ranges.
 */
export function parsePorts(text: string): ParsedPorts {
  if (text === "") return { ok: true, ranges: [] };
  const ranges: PortRange[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match) {
      const message = part === "" ? "a range is empty" : `${JSON.stringify(part)} is not a port or a range of ports`;
      return { ok: false, message, hint: "write ranges such as 1024-29999,32768-65535, without spaces" };
    }
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    const outside = [first, last].find((port) => port < 1 || port > 65535);
    if (outside !== undefined) {
      return { ok: false, message: `port ${outside} in ${JSON.stringify(part)} is not within 1 to 65535`, hint: "" };
    }
    if (first > last) {
      const message = `first is greater than last in ${JSON.stringify(part)}`;
      return { ok: false, message, hint: `write ${last}-${first}` };
    }
    ranges.push({ first, last });
  }
  return { ok: true, ranges };
}
