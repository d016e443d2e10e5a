import type { PortRange } from "../policy/index.ts";
/** The rules of all protocols and ranges, made by `write` from the protocol, the match that takes the share, and the range. */
export declare function portRules(ports: readonly PortRange[], write: (protocol: string, share: string, range: string) => string): readonly string[];
