/**
 * The kernel: runs the iptables tools, and keeps a Windows node's CNI config. Nothing else in the program starts a process.
 * @module
 */
export {
  type Change,
  type CniConfigProblem,
  type EntryCounter,
  formatChange,
  type Transaction,
} from "../dialect/index.ts";
export { nodeAddresses } from "./addresses.ts";
export { type Backend, type Inspection, iptablesBackend } from "./backend.ts";
export type { Variant } from "./iptables.ts";
export { type Held, takeName } from "./name.ts";
export { killTools, ToolError } from "./process.ts";
export { readRegularFile, readStart } from "./regular.ts";
export { replaceFile } from "./replace.ts";
export { ReferencedError, VerifyError } from "./sync.ts";
export { hurry } from "./turn.ts";
export { detectVariant, usedVariants } from "./variant.ts";
export { CniConfigError, type WindowsCniBackend, windowsCniBackend } from "./windows-cni.ts";
