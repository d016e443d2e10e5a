/**
 * The kernel: runs the iptables tools. Nothing else in the program starts a process.
 * @module
 */
export { type Change, type EntryCounter, formatChange, type Transaction } from "../dialect/index.ts";
export { type Backend, type Inspection, iptablesBackend } from "./backend.ts";
export type { Variant } from "./iptables.ts";
export { type Held, takeName } from "./name.ts";
export { killTools, ToolError } from "./process.ts";
export { ReferencedError, VerifyError } from "./sync.ts";
export { detectVariant, usedVariants } from "./variant.ts";
