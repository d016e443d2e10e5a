// Formats the explanation of a flow, as text and as data.
import { formatIntervals, formatRange } from "../core/index.ts";
import type { Assumption, BaseChain, RuleAt, TraceEntry, Treatment, Undecided } from "../netfilter/index.ts";
import type { FlowExplanation } from "./flow.ts";

const TOOLS: Readonly<Record<BaseChain["tool"], string>> = {
  "iptables-nft": "iptables-nft",
  "iptables-legacy": "iptables-legacy",
  nft: "nftables",
};

const ASSUMPTIONS: Readonly<Record<Assumption, string>> = {
  mark: "the packet has no mark (--mark)",
  connectionMark: "its connection has no mark",
  dnat: "its destination was not translated for a service",
};

/** The flag that supplies a field which a rule tests. */
const FLAGS: Readonly<Record<string, string>> = {
  protocol: "--protocol",
  port: "--port",
  "source port": "--source-port",
  "output interface": "--output-interface",
  mark: "--mark",
};

const chainName = ({ tool, family, table, chain, priority }: BaseChain) =>
  `${TOOLS[tool]}, table ${family} ${table}, chain ${chain} (priority ${priority})`;

const placeName = ({ chain, rule }: RuleAt) => `${chain} rule ${rule.number}`;

/** The explanation as text: the chains in order with the rules that match, then the answer. */
export function formatFlow(explanation: FlowExplanation): string {
  const { view, walk, notReached } = explanation;
  const chains = view.groups.flatMap((group) => {
    const isOpen = group.filter(({ rules }) => rules.length > 0).length > 1;
    return group.flatMap((base) => {
      const same = isOpen ? "; which chain of this priority the kernel calls first is unknown" : "";
      const entries = walk.trace.filter(({ at }) => at.base === base);
      const rules = entries.map(formatEntry);
      const none = notReached.includes(base) ? "  not reached" : "  no rule matches";
      return [`${chainName(base)}${same}`, ...(rules.length === 0 ? [none] : rules)];
    });
  });
  return [headOf(explanation), "", ...chains, ...(chains.length > 0 ? [""] : []), ...answerOf(explanation)].join("\n");
}

function headOf({ question, output, isDelivered }: FlowExplanation): string {
  const { source, destination, protocol, port, sourcePort } = question;
  const parts = [
    `from ${source}${sourcePort === undefined ? "" : `, port ${sourcePort}`}`,
    `to ${destination}${port === undefined ? "" : `, port ${port}`}`,
    ...(protocol === undefined ? [] : [protocol]),
    isDelivered
      ? "delivered on this node"
      : output
        ? `leaves through ${output.name}${output.by === "routes" ? " (main routing table)" : ""}`
        : "output interface unknown",
  ];
  return parts.join("; ");
}

function formatEntry({ at, answer, undecided }: TraceEntry): string {
  const indent = "  ".repeat(at.depth);
  const why = undecided.length === 0 ? "" : `  [depends on ${[...new Set(undecided.map(aboutOf))].join(", ")}]`;
  return `  ${answer === "yes" ? "match" : "maybe"}  ${indent}${placeName(at)}: ${at.rule.text}${why}`;
}

const aboutOf = ({ about, kind }: Undecided) =>
  kind === "match" || kind === "chance" ? `the match ${about}` : `the ${about}`;

function answerOf(explanation: FlowExplanation): string[] {
  const { walk, view, seen, output, owner, isDelivered } = explanation;
  if (isDelivered) {
    return [
      "kept: the destination is this node itself, so the packet never reaches these chains",
      `the node sees ${seen?.join(" or ")}`,
    ];
  }
  const lines: string[] = [];
  if (walk.outcome.kind === "maybe") {
    lines.push(`maybe: ${walk.outcome.possible.map((one) => formatTreatment(one, explanation)).join(", or ")}`);
    for (const one of walk.undecided) lines.push(`  ${formatUndecided(one)}`);
  } else {
    lines.push(formatTreatment(walk.outcome, explanation));
    if (seen === undefined) lines.push(`the destination sees an address of ${output?.name ?? "the output interface"}`);
  }
  if (seen && seen.length > 0) lines.push(`the destination sees ${seen.join(" or ")}`);
  if (walk.decides) {
    lines.push(`decided by ${TOOLS[walk.decides.base.tool]}, ${placeName(walk.decides)}: ${walk.decides.rule.text}`);
    if (owner === "agent") lines.push("  a rule of ip-masq-agent itself: explain shows its entry in the config");
    else if (owner) lines.push(`  probably added by ${owner.name}${owner.remedy ? `. ${owner.remedy}` : ""}`);
  }
  const [ending] = walk.endings;
  if (walk.outcome.kind === "dropped" && !walk.decides && ending?.base) {
    lines.push(`decided by the policy drop of ${chainName(ending.base)}`);
  }
  if (walk.assumes.length > 0) lines.push(`assumed: ${walk.assumes.map((one) => ASSUMPTIONS[one]).join("; ")}`);
  for (const { tool, what, why } of view.unseen) lines.push(`not read: ${what} (${TOOLS[tool]}): ${why}`);
  return lines;
}

function formatUndecided({ about, kind, rule }: Undecided): string {
  if (kind === "order") return `it depends on ${about}`;
  const flag = kind === "field" ? FLAGS[about] : undefined;
  const what =
    kind === "match"
      ? `the match ${about}, which is not interpreted`
      : kind === "chance"
        ? `the match ${about}, which is random`
        : `the ${about}`;
  return `it depends on ${what}${flag ? ` (${flag})` : ""}, in: ${rule}`;
}

function formatTreatment(treatment: Treatment, { family, output }: FlowExplanation): string {
  switch (treatment.kind) {
    case "kept":
      return `kept: the packet keeps its source address${treatment.bound ? ", and a rule binds it to that address" : ""}`;
    case "masqueraded":
      return `masqueraded: its source becomes the address of ${output?.name ?? "the output interface"}`;
    case "translated":
      return `translated: its source becomes ${formatRange(family, treatment.first, treatment.last)}`;
    case "dropped":
      return "dropped";
    case "unknown":
      return `unknown: ${treatment.why}`;
  }
}

const treatmentData = (treatment: Treatment, { family }: FlowExplanation): object =>
  treatment.kind === "translated"
    ? { kind: treatment.kind, to: formatRange(family, treatment.first, treatment.last) }
    : treatment;

const ruleData = (at: RuleAt): object => {
  const { base, chain, rule } = at;
  const { tool, family, table, priority } = base;
  return {
    tool,
    family,
    table,
    baseChain: base.chain,
    priority,
    chain,
    number: rule.number,
    handle: rule.handle,
    rule: rule.text,
  };
};

/** The explanation as data, with addresses as text. */
export function flowData(explanation: FlowExplanation): object {
  const { question, family, output, view, walk, seen, notReached } = explanation;
  const { outcome } = walk;
  const owner = explanation.owner === "agent" ? { name: "ip-masq-agent", remedy: undefined } : explanation.owner;
  return {
    question: { ...question, mark: question.mark === undefined ? undefined : `0x${question.mark.toString(16)}` },
    family,
    output,
    outcome:
      outcome.kind === "maybe"
        ? { kind: outcome.kind, possible: outcome.possible.map((one) => treatmentData(one, explanation)) }
        : treatmentData(outcome, explanation),
    delivered: explanation.isDelivered,
    seen,
    decides: walk.decides && { ...ruleData(walk.decides), owner: owner?.name, remedy: owner?.remedy },
    undecided: walk.undecided,
    assumed: walk.assumes.map((one) => ASSUMPTIONS[one]),
    chains: view.groups.flatMap((group) =>
      group.map((base) => ({
        ...{ tool: base.tool, family: base.family, table: base.table, chain: base.chain, priority: base.priority },
        orderKnown: group.length === 1,
        reached: !notReached.includes(base),
        rules: walk.trace
          .filter(({ at }) => at.base === base)
          .map(({ at, answer, undecided }) => ({
            ...ruleData(at),
            answer,
            dependsOn: undecided.map(({ about }) => about),
          })),
      })),
    ),
    endings: walk.endings.map(({ treatment, at, source, destination }) => ({
      ...treatmentData(treatment, explanation),
      source: formatIntervals(family, source),
      destination: formatIntervals(family, destination),
      rule: at && ruleData(at),
    })),
    unseen: view.unseen,
  };
}
