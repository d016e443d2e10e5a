/**
 * The backends: where a policy is kept, and how the node is brought to it.
 * @module
 */
export type { Backend, EntryCounter, Inspection, Past } from "./backend.ts";
export { ReferencedError, VerifyError } from "./converge.ts";
export { iptablesBackend } from "./iptables/backend.ts";
export type { Variant } from "./iptables/tools.ts";
export { detectVariant, usedVariants } from "./iptables/variant.ts";
export { type Change, formatChange, type Transaction } from "./transaction.ts";
export { CniConfigError, type WindowsCniBackend, windowsCniBackend } from "./windows-cni/backend.ts";
export type { CniConfigProblem } from "./windows-cni/problem.ts";
