// Parses a rule of the forms that the agent writes.
// This module is browser-compatible.
import { KEEP, MASQUERADE, type Verdict } from "../../policy/index.ts";
import { readRange } from "../printed-address.ts";
import { readWords } from "./words.ts";

/** A rule of the forms that `desired.ts` writes. */
export interface ReadRule {
  readonly source: string;
  readonly destination: string;
  readonly output: string;
  readonly protocol: string;
  readonly verdict: Verdict;
  readonly ports: string;
  readonly random: boolean;
}

const OPTIONS: Readonly<Record<string, string>> = {
  "-s": "source",
  "-d": "destination",
  "-o": "output",
  "-p": "protocol",
  "-j": "target",
  "--to-source": "to",
  "--to-ports": "ports",
  "--probability": "share",
};

/** Matches that do not affect which packets are translated: a comment, and the share of a range of ports. */
const MATCHES = new Set(["comment", "statistic"]);

/** Protocols whose source ports can be set. */
const PROTOCOLS = new Set(["tcp", "udp", "sctp"]);

/** Parses a rule; undefined if it has any other match or target. */
export function readRule(spec: string): ReadRule | undefined {
  const found: Record<string, string> = {};
  const words = readWords(spec);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const name = OPTIONS[word];
    if (word === "--random-fully") found.random = word;
    else if (word === "-m" && MATCHES.has(words[i + 1] ?? "")) i++;
    else if (word === "--comment" || word === "--mode") i++;
    else if (name === undefined || found[name] !== undefined) return undefined;
    else found[name] = words[++i] ?? "";
  }
  const { source = "", destination = "", output = "", protocol = "", target, to = "", share, random } = found;
  // With ports, `203.0.113.5-203.0.113.9:1024-2047` or `[2001:db8::5]:1024-2047`.
  const [, addresses = to, portsOfTo = ""] = (protocol !== "" && /^\[?([^\]]*?)\]?:(\d+(?:-\d+)?)$/.exec(to)) || [];
  const verdict = verdictOf(target, addresses);
  if (!verdict || (target === "RETURN" && `${source}${output}${protocol}` !== "")) return undefined;
  const ports = found.ports ?? portsOfTo;
  // Either for all packets to a destination, or for those of a protocol, with ports.
  const isOurs = protocol === "" ? ports === "" && share === undefined : PROTOCOLS.has(protocol) && ports !== "";
  if (!isOurs) return undefined;
  return {
    source,
    destination,
    output: output.replace(/\+$/, "*"),
    protocol,
    verdict,
    ports,
    random: random !== undefined,
  };
}

function verdictOf(target: string | undefined, to: string): Verdict | undefined {
  if (target === "RETURN") return KEEP;
  if (target === "MASQUERADE") return MASQUERADE;
  const range = target === "SNAT" ? readRange(to) : undefined;
  return range && { kind: "snat", to: range };
}
