/**
 * A Windows CNI config as text: a policy's exceptions, those that a file has, and the smallest edit between the two.
 * @module
 */
export type { Family } from "../../core/index.ts";
export type { FamilyPolicy } from "../../policy/index.ts";
export { type Change, type ChangeKind, type Counts, formatChange, type Transaction } from "../transaction.ts";
export { diffCniConfig, readExceptions } from "./diff.ts";
export { exceptionsOf } from "./exceptions.ts";
export { type CniConfigCode, CniConfigProblem, decodeCniConfig } from "./problem.ts";
