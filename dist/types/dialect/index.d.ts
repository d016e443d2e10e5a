/**
 * The dialect of iptables-save and iptables-restore: policy to text, text to what is there, and the way between.
 * @module
 */
export type { Family } from "../core/index.ts";
export type { FamilyPolicy } from "../policy/index.ts";
export { countersOf, type EntryCounter } from "./counters.ts";
export { type DesiredChain, desiredChain } from "./desired.ts";
export { countOthers, formatObserved, type ObservedChain, readObserved, UnreadableDumpError } from "./observed.ts";
export { formatRendered, type Rendered, render } from "./render.ts";
export { type Change, diffChain, formatChange, joinTransactions, removeChain, type Transaction, } from "./transaction.ts";
