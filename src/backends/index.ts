/**
 * The backends: where a policy is applied, and how the node is synced with it.
 * @module
 */
export type {
  Backend,
  Cleaner,
  EntryCounter,
  InspectedEntry,
  InspectedRule,
  Inspection,
  RuleEvent,
} from "./backend.ts";
export { VerifyError } from "./converge.ts";
export { FAMILY_NAMES } from "./family-names.ts";
export { foundPolicy } from "./found-policy.ts";
export { iptablesBackend } from "./iptables/backend.ts";
export { ReferencedError } from "./iptables/remove.ts";
export type { BackendFlag, BackendKind, BackendOptions, Rendering } from "./kind.ts";
export { findLeftovers, formatLeftover, type Leftover } from "./leftovers.ts";
export { describeEffects, type Effects, formatPolicyChange, type Meaning } from "./meaning.ts";
export { nftablesBackend } from "./nftables/backend.ts";
export { TooOldError } from "./nftables/tools.ts";
export { backendOpener, type Opened, type Opener } from "./open.ts";
export { AUTO, BACKENDS, type BackendChoice, DEFAULT_BACKEND, ENFORCING_BACKEND } from "./registry.ts";
export { type Change, formatChange, type Transaction } from "./transaction.ts";
export { CniConfigError } from "./windows-cni/backend.ts";
