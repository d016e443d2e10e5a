// What the build makes of the program's own tables: the config's JSON Schema and the man page.
import { toJsonSchema } from "@valibot/to-json-schema";
import { manPage } from "../src/cli/man.ts";
import { configSchema } from "../src/config/schema.ts";

/** A schema for editors: keys that the agent does not know, it ignores; an editor shall mark them. */
function configJsonSchema(): object {
  const { $schema, ...schema } = toJsonSchema(configSchema, {
    target: "draft-07",
    typeMode: "input",
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === "safe_integer" ? { ...jsonSchema, type: "integer" } : undefined,
  });
  return { $schema, title: "ip-masq-agent config", ...schema, additionalProperties: false };
}

export const configSchemaText = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
export const manText = manPage();
