/**
 * nftables as text: a policy's table, nft's listing of one, and the nft input between the two.
 * @module
 */
// This module is browser-compatible.
export type { Family } from "../../core/index.ts";
export type { FamilyPolicy } from "../../policy/index.ts";
export type { EntryCounter } from "../backend.ts";
export { formatRendered, type Rendered } from "../rendered.ts";
export { type Change, type ChangeKind, type Counts, formatChange, type Transaction } from "../transaction.ts";
export { countersOf } from "./counters.ts";
export { desiredTable, type PolicyTable } from "./desired.ts";
export { type DiffOptions, diffTable, removeTable } from "./diff.ts";
export type { OwnedElement } from "./elements.ts";
export { type ObservedElement, type ObservedTable, readTable, UnreadableListingError } from "./observed.ts";
export { render } from "./render.ts";
export { type Counter, type DesiredTable, type Element, frameOf, type NftChain, type NftSet } from "./table.ts";
export { checkTableName } from "./table-name.ts";
