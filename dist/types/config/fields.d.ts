import * as v from "valibot";
import type { Entry, Node } from "./document.ts";
import type { Report } from "./report.ts";
import { type ConfigKey, configSchema } from "./schema.ts";
/** The known keys that the document sets, and where. */
export type Fields = ReadonlyMap<ConfigKey, Entry>;
/** The known keys of the root. Unknown and repeated ones are reported; undefined where the root is no mapping. */
export declare function fieldsOf(root: Node | undefined, isJson: boolean, report: Report): Fields | undefined;
/** A value that is text. */
export type TextNode = Extract<Node, {
    kind: "scalar";
}> & {
    readonly value: string;
};
export declare const isText: (node: Node) => node is TextNode;
/** Keys whose value is a list of texts. */
export declare const LIST_KEYS: readonly ["nonMasqueradeCIDRs", "masqueradeCIDRs", "sourceCIDRs", "outputInterfaces"];
export type ListKey = (typeof LIST_KEYS)[number];
/** What the fields of one file say, as far as it has the right type. */
export interface Values {
    /** The keys that are no lists, with their defaults. */
    readonly scalars: Omit<v.InferOutput<typeof configSchema>, ListKey | "snat">;
    /** The entries of each list that are text, and where each stands. */
    readonly items: Readonly<Record<ListKey, readonly TextNode[]>>;
    /** The entries of snat, whatever they are. */
    readonly snat: readonly Node[];
    /** Keys whose value has the wrong type; they have their default here. */
    readonly broken: ReadonlySet<ConfigKey>;
}
/** The values in their types. Each that has the wrong type is reported, and the others are read all the same. */
export declare function valuesOf(fields: Fields, report: Report): Values;
/** What a value is, in words. */
export declare function describe(node: Node): string;
