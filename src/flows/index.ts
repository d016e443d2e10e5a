/**
 * Logs of flows as programs and clouds write them: which format a text has, and where its lines hold the destination.
 * @module
 */
// This module is browser-compatible.

export { addressesIn } from "./addresses.ts";
export type { FlowFormat, FlowPlace, PlaceExample, Recognition, WantedPlace, WantedPlaces } from "./format.ts";
export { isEnough, recognizeFlows } from "./recognize.ts";
export { isHeader } from "./table.ts";
