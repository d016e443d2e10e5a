/**
 * Logs of flows as programs and clouds write them: which format a text has, and where its lines hold the destination.
 * @module
 */
// This module is browser-compatible.
export type { FlowFormat, FlowPlace, Recognition, WantedPlace, WantedPlaces } from "./format.ts";
export { recognizeFlows } from "./recognize.ts";
