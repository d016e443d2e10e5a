/**
 * The host: processes, files, socket names and locks, HTTP. Nothing else in the program starts a process.
 * @module
 */

export { type Address, formatAddress, parseAddress } from "./address.ts";
export { type InterfaceAddress, interfaceAddresses, type LocalAddress, nodeAddresses } from "./addresses.ts";
export { fileReason } from "./file-reason.ts";
export { type Files, openFiles } from "./files.ts";
export { type Host, thisHost } from "./host.ts";
export { type Served, serve } from "./http.ts";
export type { Page } from "./http-message.ts";
export { hasIpv6, kernelRelease } from "./kernel.ts";
export { type Listen, type Listener, type ListenerCost, listenTo } from "./listener.ts";
export { lockHolder } from "./lock-holder.ts";
export { memoryLimit } from "./memory-limit.ts";
export { findNeighbours, type Neighbour } from "./neighbours.ts";
export { killTools, runTool } from "./process.ts";
export { followLinks, readRegularFile, readStart } from "./regular.ts";
export { replaceFile } from "./replace.ts";
export { type Held, type HeldName, heldNames, readHeldNames, takeName } from "./socket-name.ts";
export { readPieces, type Streamer, streamTool } from "./stream.ts";
export { tieTools } from "./tether.ts";
export { CONFIG_THREAD, isThread, LANE_THREAD, type Peer, starterOf, startThread } from "./thread.ts";
export {
  exitError,
  ifMissing,
  isMissing,
  NOT_PERMITTED,
  type Runner,
  runToolOrThrow,
  ToolError,
  type ToolInput,
  type ToolRun,
} from "./tool.ts";
export { runCooperatively, yieldToOthers } from "./turns.ts";
export { type LockedWork, shortenLockWait, withWriteLock } from "./write-lock.ts";
