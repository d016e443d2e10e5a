/**
 * The rules in the postrouting NAT hook of a node, whichever program wrote them, and what they do to a packet. The code that
 * reads them from this node is in read-nat.ts, which browsers cannot load.
 * @module
 */
// This module is browser-compatible.

export { localAddresses, readAddressBlock } from "./addresses.ts";
export { isDelivered } from "./delivered.ts";
export {
  type EarlyEnd,
  type ForeignRules,
  type ForeignTranslation,
  foreignRules,
  isOurs,
  type Ours,
  type PodTraffic,
  type Position,
} from "./foreign.ts";
export type { Intervals } from "./intervals.ts";
export type * from "./model.ts";
export { PORT_PROTOCOLS, protocolNumber } from "./names.ts";
export { type NftItems, NftJsonError, readNftItems } from "./nft-json.ts";
export { type NftPlace, type NftSource, readNftTable, readNftTexts } from "./nft-table.ts";
export { orderChains } from "./order.ts";
export type { Ending, Leave, RuleAt, TraceEntry, Treatment } from "./outcome.ts";
export { AN_AGENT, type Owner, ownerOf } from "./owner.ts";
export { type PastedTexts, readPasted } from "./pasted.ts";
export type { Assumption, Traffic, Undecided } from "./traffic.ts";
export { type Walk, walk } from "./walk.ts";
export { NoNatTableError, readXtables, type XtablesSource } from "./xtables.ts";
