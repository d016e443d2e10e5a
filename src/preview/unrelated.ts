// Recognizes texts that contain addresses but are not flow logs.
import { addressesIn, recognizeFlows } from "../flows/index.ts";

/** The formats that the page reads as lines. */
export const FLOW_TEXTS =
  "conntrack -L, VPC flow logs, CSV or JSON lines that name a destination, or one address per line";

/** The number of lines that are checked. */
const LOOKED_AT = 100;

/** A kind of text: at least half of its lines match the form. The form's capture group is added to the name. */
interface Kind {
  readonly form: RegExp;
  readonly name: string;
}

/** Kinds that are never flow logs, whatever names their lines contain. */
const ALWAYS: readonly Kind[] = [
  { form: /^(?:[\d:.-]+ )*(?:IP6?|ARP,) \S/, name: "output of tcpdump" },
  { form: /^\S+ \S+ \S+ \[[^\]]+\] "[A-Z]+ /, name: "a web server's access log" },
];

/** Kinds that are flow logs only if their lines name a destination: the kernel logs packets to syslog too. */
const UNNAMED: readonly Kind[] = [
  {
    form: /^(?:<\d+>)?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S+) \S+ ([^\s:[]+)(?:\[\d+\])?: /,
    name: "syslog messages",
  },
];

/** The kind of a text that is not a flow log; undefined if it may be one, or contains no address. */
export function unrelatedText(sample: string): string | undefined {
  const lines = sample
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(0, LOOKED_AT);
  const always = manifestOf(lines) ?? kindOf(ALWAYS, lines);
  if (always !== undefined) return always;
  const found = recognizeFlows(sample);
  const isNamed = found.ok && found.format.destination.place !== "only";
  if (isNamed) return undefined;
  const unnamed = kindOf(UNNAMED, lines);
  if (unnamed !== undefined || !found.ok) return unnamed;
  const withAddress = lines.filter((line) => addressesIn(line).length > 0);
  const bare = withAddress.filter(isAddressAlone);
  return bare.length * 2 < withAddress.length ? "text with addresses in it" : undefined;
}

function manifestOf(lines: readonly string[]): string | undefined {
  if (!lines.some((line) => /^\s*"?apiVersion"?\s*:/.test(line))) return undefined;
  const [kind] = lines.flatMap((line) => /^\s*"?kind"?\s*:\s*"?(\w+)/.exec(line)?.[1] ?? []);
  return kind === undefined ? undefined : `a Kubernetes manifest (${kind})`;
}

function kindOf(kinds: readonly Kind[], lines: readonly string[]): string | undefined {
  for (const { form, name } of kinds) {
    const matches = lines.map((line) => form.exec(line)).filter((match) => match !== null);
    if (matches.length === 0 || matches.length * 2 < lines.length) continue;
    const [, detail] = matches[0] ?? [];
    return detail === undefined ? name : `${name} (${detail})`;
  }
  return undefined;
}

/** An address may have a length, a port or a comment, and may be in a list or in quotes. */
const isAddressAlone = (line: string): boolean =>
  /^[\s\-*"'[(]*[\da-f.:]+(?:%\w+)?(?:\/\d+)?\]?(?::\d+)?["',;)\]\s]*(?:#.*)?$/i.test(line);
