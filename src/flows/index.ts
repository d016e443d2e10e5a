/**
 * Logs of flows as programs and clouds write them: recognizes the format, and the place of the destination in a line.
 * @module
 */
// This module is browser-compatible.

export { addressesIn } from "./addresses.ts";
export type { FlowFormat, FlowPlace, PlaceExample, Recognition, WantedPlace, WantedPlaces } from "./format.ts";
export { isEnough, recognizeFlows } from "./recognize.ts";
export { isHeader } from "./table.ts";
