/**
 * Connection tracking: the open connections of the node, the decisions of policies about them, and the health of the
 * kernel's table.
 * @module
 */
export { APART, type Apart, createSorter, type OwnAddress, type Sorted } from "./apart.ts";
export {
  type Comparer,
  type Comparison,
  type ConnectionChange,
  compareConnections,
  type Misplaced,
  mayChange,
} from "./compare.ts";
export { type Connection, isRedirected, parseConnection, type Tuple, translatedTo } from "./connection.ts";
export { type ConnectionFacts, factsOf, formatConnection } from "./format.ts";
export { readTableHealth, type TableCounters, type TableHealth } from "./health.ts";
export { type ConnectionJudge, connectionJudge, createStanding, type Standing } from "./judge.ts";
export { countAvailablePorts, countPorts, type PortUsage } from "./port-usage.ts";
export { ConntrackError, type ConntrackHost, type ReadTotals, readConnections, thisConntrack } from "./read.ts";
export { type ResetSurvey, resetConnections } from "./reset.ts";
export { RESETS, type Reset } from "./resets.ts";
export { type Survey, surveyConnections } from "./survey.ts";
