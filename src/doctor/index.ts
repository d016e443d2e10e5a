/**
 * The doctor, which is read-only: checks of a whole node, and what its rules do to one connection.
 * @module
 */
export type { Check, Finding, NodeView, Report, Severity } from "./check.ts";
export { CHECKS } from "./checks.ts";
export { type Examined, examine } from "./examine.ts";
export { explainFlow, type FlowExplanation, type FlowQuestion, FlowQuestionError } from "./flow.ts";
export { flowData, formatFlow } from "./format-flow.ts";
export { findOverrides } from "./overrides.ts";
