/**
 * A Windows CNI config as text: the exceptions of a policy, those of a file, and the smallest edit between the two.
 * @module
 */
// This module is browser-compatible.
export type { Family } from "../../core/index.ts";
export type { FamilyPolicy } from "../../policy/index.ts";
export { type Change, type ChangeKind, type Counts, formatChange, type Transaction } from "../transaction.ts";
export { diffCniConfig, readExceptions } from "./diff.ts";
export { exceptionsOf } from "./exceptions.ts";
export { type CniConfigCode, CniConfigProblem, decodeCniConfig } from "./problem.ts";
