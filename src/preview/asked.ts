// The answer to the question at the top of the page.
import { computed, type ReadonlySignal } from "@preact/signals";
import {
  type Decision,
  decide,
  explain,
  type FamilyPolicy,
  formatVerdict,
  type Part,
  type PolicyRule,
} from "../policy/index.ts";
import { type Question, readQuestion } from "./question.ts";
import { type SpecialBlock, specialBlockOf } from "./special.ts";
import { evaluationBefore, inForce, question } from "./store.ts";

export type Packet = Extract<Question, { kind: "packet" }>;

/** What happens to the packets in question. */
export interface Answer {
  readonly packet: Packet;
  /** The decision for all of them; undefined if they are treated differently. */
  readonly decision: Decision | undefined;
  /** Set if a node does not forward packets to the destination. */
  readonly special: SpecialBlock | undefined;
  /** The parts of a CIDR that different entries decide; empty for one address. */
  readonly parts: readonly Part[];
}

export interface Asked {
  readonly question: Question;
  readonly answer: Answer | undefined;
  /** The answer under the previous config; undefined if there is none or the answer is the same. */
  readonly before: Answer | undefined;
  /** The entry that decides, if it is the same for all packets. */
  readonly rule: PolicyRule | undefined;
}

export const asked: ReadonlySignal<Asked> = computed(() => {
  const read = readQuestion(question.value);
  const { policy } = inForce.value;
  const answer = read.kind === "packet" && policy ? answerOf(policy, read) : undefined;
  const old = evaluationBefore.value?.policy;
  const before = read.kind === "packet" && old ? answerOf(old, read) : undefined;
  const isSame = answer && before && (answer.special !== undefined || textOf(answer) === textOf(before));
  return { question: read, answer, before: isSame ? undefined : before, rule: answer?.decision?.rule };
});

export function answerOf(policy: readonly FamilyPolicy[], packet: Packet): Answer | undefined {
  const { destination, source, outputInterface } = packet;
  const special = specialBlockOf(destination);
  const [found] = explain(policy, [destination], { source, outputInterface });
  if (!found?.ok) return undefined;
  if (found.kind === "address") return { packet, decision: found.decision, special, parts: [] };
  const { parts } = found;
  const [first, ...others] = parts;
  const isAlike = first && others.every(({ decision }) => treatmentOf(decision) === treatmentOf(first.decision));
  const isOneRule = isAlike && others.every(({ decision }) => decision.rule === first.decision.rule);
  const decision = isAlike ? { ...first.decision, rule: isOneRule ? first.decision.rule : undefined } : undefined;
  return { packet, decision, special, parts: isOneRule ? [] : parts };
}

const treatmentOf = ({ verdict, dependsOn, managed, outside }: Decision) =>
  [formatVerdict(verdict), dependsOn, managed, outside].join();

const textOf = ({ decision, parts }: Answer) =>
  [decision, ...parts.map((part) => part.decision)].map((one) => one && treatmentOf(one)).join(";") +
  parts.map(({ first }) => first).join();

/** Returns the rule of the policy in force that decides an address. */
export function ruleFor(address: string): PolicyRule | undefined {
  return decide(inForce.value.policy ?? [], [{ destination: address }])[0]?.rule;
}
