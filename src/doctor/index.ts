/**
 * What is wrong on a node, and what its rules do.
 * @module
 */
export { explainFlow, type FlowExplanation, type FlowQuestion, FlowQuestionError } from "./flow.ts";
export { flowData, formatFlow } from "./format-flow.ts";
