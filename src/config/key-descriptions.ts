// The descriptions of the keys, from the schema, for editors.
// This module is browser-compatible.
import { type GenericSchema, getDescription } from "valibot";
import { configSchema, snatSchema } from "./schema.ts";

const describe = (entries: Readonly<Record<string, GenericSchema>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries).map(([key, schema]) => [key, getDescription(schema) ?? ""]));

/** The keys of a config and their descriptions. */
export const describeKeys = (): ReadonlyMap<string, string> => describe(configSchema.entries);

/** The same for the keys of an entry of `snat`. */
export const describeSnatKeys = (): ReadonlyMap<string, string> => describe(snatSchema.entries);
