import { type FamilyPolicy } from "../../policy/index.ts";
/**
 * The destinations that the list must name: those of the config or of the default list, each once, as long as all of them
 * are kept; with others among them, the blocks that make up what is kept.
 *
 * Link-local is not added, though the chain on Linux returns it unasked: the list has always been what the config names,
 * and a pod behind a Windows bridge gets no answer from the node's own link, such as a cloud's metadata at
 * 169.254.169.254, but by the node's address. Users who want it in the list name it in the config.
 */
export declare function exceptionsOf(policy: FamilyPolicy): readonly string[];
