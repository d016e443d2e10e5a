import * as v from "valibot";
import type { Entry, Node, Report } from "./document.ts";
import { type ConfigKey, configSchema } from "./schema.ts";
/** The known keys that the document sets, and where. */
export type Fields = ReadonlyMap<ConfigKey, Entry>;
/** The known keys of the root. Unknown and repeated ones are reported; undefined where the root is no mapping. */
export declare function fieldsOf(root: Node | undefined, isJson: boolean, report: Report): Fields | undefined;
/** What the fields say, as far as it has the right type. */
export interface Values extends v.InferOutput<typeof configSchema> {
    /** The entries of nonMasqueradeCIDRs and where each stands. */
    readonly items: readonly Node[];
    /** Keys whose value has the wrong type; they have their default here. */
    readonly broken: ReadonlySet<ConfigKey>;
}
/** The values in their types. Each that has the wrong type is reported, and the others are read all the same. */
export declare function valuesOf(fields: Fields, report: Report): Values;
