// What happens to the source address of one connection, rule by rule.
import { describeBadAddress } from "../config/index.ts";
import { type Family, formatIntervals, type Interval } from "../core/index.ts";
import { reportedAs } from "../errors/index.ts";
import type { Host } from "../host/index.ts";
import {
  type BaseChain,
  isDelivered,
  isOurs,
  type NatView,
  type Ours,
  type Owner,
  ownerOf,
  PORT_PROTOCOLS,
  protocolNumber,
  readAddressBlock,
  type Traffic,
  type Treatment,
  type Walk,
  walk,
} from "../netfilter/index.ts";
import { type NodeFacts, readNat, thisNode } from "../netfilter/read-nat.ts";
import { findOutput, readRoutes } from "./routes.ts";

/** The connection in question. Addresses may be CIDRs. */
export interface FlowQuestion {
  readonly source: string;
  readonly destination: string;
  readonly protocol?: string | undefined;
  readonly port?: number | undefined;
  readonly sourcePort?: number | undefined;
  readonly outputInterface?: string | undefined;
  readonly mark?: bigint | undefined;
}

/** The question makes no sense; the message says why. */
export class FlowQuestionError extends reportedAs("flow-question") {}

export interface FlowExplanation {
  readonly question: FlowQuestion;
  readonly family: Family;
  /** The interface that it leaves through, and how that is known. */
  readonly output: { readonly name: string; readonly by: "flag" | "routes" } | undefined;
  readonly view: NatView;
  readonly walk: Walk;
  /** The probable owner of the rule that decides; `agent`: certainly ours. */
  readonly owner: Owner | "agent" | undefined;
  /** The source addresses that the destination may see; undefined if unknown, empty if the packet is dropped. */
  readonly seen: readonly string[] | undefined;
  /** Base chains that the packet does not reach, because it is translated or dropped earlier or does not leave the node. */
  readonly notReached: readonly BaseChain[];
  /** Whether the packet is delivered on this node, so that it never reaches the hook. */
  readonly isDelivered: boolean;
}

/** Reads the node's rules and walks the connection through them. Throws {@link FlowQuestionError}. */
export async function explainFlow(
  host: Pick<Host, "run">,
  question: FlowQuestion,
  ours: Ours,
  facts: NodeFacts = thisNode(),
): Promise<FlowExplanation> {
  const { family, traffic } = readQuestion(question);
  const [view] = await readNat(host, [family], facts);
  if (!view) throw new Error("no view of the family");
  const output = question.outputInterface
    ? { name: question.outputInterface, by: "flag" as const }
    : routedOutput(family, traffic, facts);
  if (isDelivered(view, traffic)) {
    const walked = walk({ ...view, groups: [] }, traffic);
    const seen = formatIntervals(family, traffic.source ?? []);
    const notReached = view.groups.flat();
    return {
      question,
      family,
      output: undefined,
      view,
      walk: walked,
      owner: undefined,
      seen,
      notReached,
      isDelivered: true,
    };
  }
  const walked = walk(view, { ...traffic, outputInterface: output && [output.name] });
  return {
    ...{ question, family, output, view, walk: walked },
    owner: walked.decides && (isOurs(walked.decides, ours) ? "agent" : ownerOf(walked.decides)),
    seen: await seenOf(walked, traffic, output?.name, facts),
    notReached: notReached(view, walked),
    isDelivered: false,
  };
}

function readQuestion(question: FlowQuestion): { readonly family: Family; readonly traffic: Traffic } {
  const { source, destination, protocol, port, sourcePort, mark } = question;
  const family = familyOf(source) ?? refuse(describeBadAddress(source));
  const other = familyOf(destination) ?? refuse(describeBadAddress(destination));
  if (family !== other) return refuse(`${source} and ${destination} belong to different families`);
  const number = protocol === undefined ? undefined : protocolNumber(protocol);
  if (protocol !== undefined && number === undefined) {
    return refuse(`unknown protocol ${JSON.stringify(protocol)}: write tcp, udp, sctp, icmp or a number`);
  }
  const hasPorts = PORT_PROTOCOLS.some((name) => protocolNumber(name) === number);
  if ((port !== undefined || sourcePort !== undefined) && !hasPorts) {
    return refuse("ports need a protocol that has ports, such as --protocol=tcp");
  }
  const one = (value: number | undefined) =>
    value === undefined ? undefined : [{ first: BigInt(value), last: BigInt(value) }];
  const traffic: Traffic = {
    source: readAddressBlock(family, source)?.values,
    destination: readAddressBlock(family, destination)?.values,
    protocol: one(number),
    destinationPort: one(port),
    sourcePort: one(sourcePort),
    mark,
  };
  return { family, traffic };
}

function familyOf(text: string): Family | undefined {
  if (!/^[\da-f:.]+(\/\d+)?$/i.test(text)) return undefined;
  return (["ipv4", "ipv6"] as const).find((family) => readAddressBlock(family, text) !== undefined);
}

function refuse(message: string): never {
  throw new FlowQuestionError(message);
}

function routedOutput(family: Family, { destination = [] }: Traffic, facts: NodeFacts): FlowExplanation["output"] {
  const [one] = destination;
  if (!one || one.first !== one.last) return undefined;
  const name = findOutput(readRoutes(facts.files), family, one.first);
  return name === undefined ? undefined : { name, by: "routes" };
}

/** The addresses that a packet masqueraded on this interface may get; undefined if unknown. */
async function masqueradeAddresses(
  family: Family,
  name: string | undefined,
  facts: NodeFacts,
): Promise<readonly string[] | undefined> {
  const addresses = name === undefined ? undefined : await facts.addresses();
  const own = addresses?.filter((one) => one.name === name && familyOf(one.address) === family);
  const global = own?.filter(({ address }) => !/^(fe80:|169\.254\.)/i.test(address)).map(({ address }) => address);
  return global?.length ? global : undefined;
}

/** The source addresses that the destination may see. Several treatments may result in the same address. */
async function seenOf(
  { outcome, family }: Walk,
  { source = [] }: Traffic,
  output: string | undefined,
  facts: NodeFacts,
): Promise<readonly string[] | undefined> {
  const seen = new Set<string>();
  for (const treatment of outcome.kind === "maybe" ? outcome.possible : [outcome]) {
    const addresses = await seenAfter(treatment, family, source, () => masqueradeAddresses(family, output, facts));
    if (!addresses) return undefined;
    for (const address of addresses) seen.add(address);
  }
  return [...seen];
}

async function seenAfter(
  treatment: Treatment,
  family: Family,
  source: readonly Interval[],
  masqueraded: () => Promise<readonly string[] | undefined>,
): Promise<readonly string[] | undefined> {
  switch (treatment.kind) {
    case "kept":
      return formatIntervals(family, source);
    case "masqueraded":
      return masqueraded();
    case "translated":
      return formatIntervals(family, [treatment]);
    case "dropped":
      return [];
    case "unknown":
      return undefined;
  }
}

/** The chains after the one in which the last packet is decided. */
function notReached({ groups }: NatView, { endings }: Walk): readonly BaseChain[] {
  const last = endings.map(({ base }) => (base ? groups.findIndex((group) => group.includes(base)) : groups.length));
  return groups.slice(Math.max(...last) + 1).flat();
}
