import type { Node } from "jsonc-parser";
import { type CniDocument, type Property } from "./cni-document.ts";
/** The type of the policy. */
export declare const POLICY = "OutBoundNAT";
export interface Plugin {
    readonly node: Node;
    /** The list that it takes policies from. */
    readonly list: string;
    /** Its lists of policies, as far as they are there, that one first. */
    readonly lists: readonly Property[];
    /** Are its policies those of the HNS API of version 2, `{ Type, Settings }`, where nothing else shows it? */
    readonly settings: boolean;
}
/** One endpoint policy: `{ name: "EndpointPolicy", value: body }`, or the body itself. */
interface EndpointPolicy {
    readonly wrapper: {
        readonly name: string;
        readonly value: string;
    } | undefined;
    readonly body: Node;
    readonly type: Property;
    readonly settings: Property | undefined;
}
/** The one plugin that the policy belongs to, in a network configuration or in a list of them. Throws {@link CniConfigProblem}. */
export declare function findPlugin(document: CniDocument): Plugin;
/** The endpoint policy that an element of a list is; undefined where it is none. */
export declare function readPolicy(document: CniDocument, element: Node): EndpointPolicy | undefined;
/** The policy's place. */
export interface OutBoundNat {
    readonly policy: EndpointPolicy;
    /** Its list of exceptions, or null in place of one; undefined where it has neither. */
    readonly list: Property | undefined;
}
/** The plugin's OutBoundNAT policy, or undefined where it has none. Throws {@link CniConfigProblem}. */
export declare function findOutBoundNat(document: CniDocument, { lists }: Plugin): OutBoundNat | undefined;
export {};
