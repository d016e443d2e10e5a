/**
 * The doctor: checks of a whole node, read-only.
 * @module
 */
export type { Check, Finding, NodeView, Report, Severity } from "./check.ts";
export { CHECKS } from "./checks.ts";
export { type Examined, examine } from "./examine.ts";
