/**
 * The dialects, that of iptables-save and iptables-restore and that of a Windows CNI config: policy to text, text to what
 * is there, and the way between.
 * @module
 */
// This module is browser-compatible.
export type { Family } from "../core/index.ts";
export type { FamilyPolicy } from "../policy/index.ts";
export { type CniConfigCode, CniConfigProblem, decodeCniConfig } from "./cni-problem.ts";
export { countersOf, type EntryCounter } from "./counters.ts";
export { type DesiredChain, desiredChain } from "./desired.ts";
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
export { formatRendered, type Rendered, render } from "./render.ts";
export {
  type Change,
  diffChain,
  formatChange,
  joinTransactions,
  removeChain,
  type Transaction,
} from "./transaction.ts";
export { diffCniConfig, exceptionsOf, readExceptions } from "./windows-cni.ts";
export { readWords } from "./words.ts";
