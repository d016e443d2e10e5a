import type { Node } from "jsonc-parser";
import { type CniDocument } from "./cni-document.ts";
import { type OutBoundNat, type Plugin } from "./cni-policy.ts";
/** Something that is missing: `value`, as an element of `container`, or under `key`. */
export interface Addition {
    readonly container: Node;
    readonly key: string | undefined;
    readonly value: unknown;
}
/** What is missing of a policy that has no list. */
export declare function missingList({ policy }: OutBoundNat, plugin: Plugin, exceptions: readonly string[]): Addition;
/** What is missing of a plugin without the policy: it is spelt as the last one that is there, or else as the plugin's users spell it. */
export declare function missingPolicy(document: CniDocument, plugin: Plugin, exceptions: readonly string[]): Addition;
