/**
 * The policy: the meaning of the config and the flags, independent of any backend.
 * @module
 */
// This module is browser-compatible.
export { type AddressRange, formatAddressRange } from "../core/index.ts";
export { type Block, blocksOf, diffJudges, type JudgeDifference, type Stretch, stretchesOf } from "./blocks.ts";
export { checkChainName } from "./chain-name.ts";
export { type Decision, decide, decisionOf, type Packet } from "./decide.ts";
export { type DifferenceOptions, describePolicy, diffPolicies, diffSettings, type PolicyChange } from "./difference.ts";
export { type Explanation, explain, explainBy, findSegment, type Part } from "./explain.ts";
export { type Judge, judgeOf, type Known, treatmentsOf } from "./judge.ts";
export {
  type Outcome,
  type Outcomes,
  outcomesOf,
  outcomesOfList,
  type SourceRanges,
  sourceRangesOf,
} from "./outcomes.ts";
export {
  compilePolicy,
  compilePolicyInSteps,
  type FamilyPolicy,
  type PolicyOptions,
  type PolicyRule,
} from "./policy.ts";
export { type ParsedPorts, type PortRange, parsePorts } from "./ports.ts";
export { formatConditions, limitsOf, matchesInterface, type Scope, type ScopeFacts, type ScopePart } from "./scope.ts";
export { type MissingAddresses, missingAddresses } from "./snat-addresses.ts";
export { diffSpaces, type Space, type SpaceChange, spaceOf } from "./space.ts";
export { describeVerdict, formatVerdict, KEEP, MASQUERADE, sameVerdict, type Verdict } from "./verdict.ts";
export { VERDICT_KINDS } from "./verdict-kinds.ts";
