/**
 * iptables as text: a policy's rules, the output of iptables-save and nft, and the iptables-restore input between the two.
 * @module
 */
// This module is browser-compatible.
export type { Family } from "../../core/index.ts";
export type { FamilyPolicy } from "../../policy/index.ts";
export type { EntryCounter } from "../backend.ts";
export { formatRendered, type Rendered } from "../rendered.ts";
export { type Change, type ChangeKind, type Counts, formatChange, type Transaction } from "../transaction.ts";
export { countersOf } from "./counters.ts";
export { type DesiredChain, desiredChain } from "./desired.ts";
export { type ChainTransaction, diffChain, removeChain } from "./diff.ts";
export { type NftRule, readNftChain } from "./nft-chain.ts";
export {
  countOthers,
  formatTable,
  type ObservedChain,
  type ObservedJump,
  readObserved,
  UnreadableDumpError,
} from "./observed.ts";
export { onOneLine } from "./one-line.ts";
export { render } from "./render.ts";
export { readWords } from "./words.ts";
