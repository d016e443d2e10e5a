import type { FamilyPolicy } from "../../policy/index.ts";
import { type Transaction } from "../transaction.ts";
/**
 * What makes the exceptions in a CNI config those of the policy; `text` is the whole file then, and undefined is answered
 * where they are: in which order is all the same to Windows. The policy is added where it is missing. All else stays byte
 * for byte. Throws {@link CniConfigProblem}.
 */
export declare function diffCniConfig(policy: FamilyPolicy, source: string): Transaction | undefined;
/** The CIDRs that a CNI config excepts; undefined where it has no list of them. Throws {@link CniConfigProblem}. */
export declare function readExceptions(source: string): readonly string[] | undefined;
