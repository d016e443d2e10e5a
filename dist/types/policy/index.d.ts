/**
 * The policy: what the config and the flags mean, before any tool's language.
 * @module
 */
export { checkChainName } from "./chain-name.ts";
export { type Explanation, explain } from "./explain.ts";
export { type Outcome, type Outcomes, outcomesOf, outcomesOfList } from "./outcomes.ts";
export { decide, type FamilyPolicy, type PolicyEntry, type PolicyOptions, type Verdict } from "./policy.ts";
export { type ParsedPorts, type PortRange, parsePorts } from "./ports.ts";
