import { type FamilyPolicy } from "../../policy/index.ts";
import type { Transaction } from "../transaction.ts";
/**
 * The destinations that the list must name: those of the config or of the default list, each once, as long as all of them
 * are kept; with others among them, the blocks that make up what is kept.
 *
 * Link-local is not added, though the chain on Linux returns it unasked: the list has always been what the config names,
 * and a pod behind a Windows bridge gets no answer from the node's own link, such as a cloud's metadata at
 * 169.254.169.254, but by the node's address. Users who want it in the list name it in the config.
 */
export declare function exceptionsOf(policy: FamilyPolicy): readonly string[];
/**
 * What makes the exceptions in a CNI config those of the policy; `text` is the whole file then, and undefined is answered
 * where they are: in which order is all the same to Windows. The policy is added where it is missing. All else stays byte
 * for byte. Throws {@link CniConfigProblem}.
 */
export declare function diffCniConfig(policy: FamilyPolicy, source: string): Transaction | undefined;
/** The CIDRs that a CNI config excepts; undefined where it has no list of them. Throws {@link CniConfigProblem}. */
export declare function readExceptions(source: string): readonly string[] | undefined;
