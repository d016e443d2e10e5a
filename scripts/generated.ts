// The files that the build generates from the program's own tables: the config's JSON Schema and the man page.
import { toJsonSchema } from "@valibot/to-json-schema";
import { manPage } from "../src/cli/man.ts";
import { configSchema } from "../src/config/schema.ts";

/**
 * A schema for editors, which must mark unknown keys even though the agent ignores them. It has no `$id`: it is not published
 * at an address and refers to nothing, and schemas that embed it need no second base there.
 */
function configJsonSchema(): object {
  const { $schema, ...schema } = toJsonSchema(configSchema, {
    target: "draft-07",
    typeMode: "input",
    overrideSchema: ({ valibotSchema: { type }, jsonSchema }) =>
      type === "object" ? { ...jsonSchema, additionalProperties: false } : undefined,
    overrideAction: ({ valibotAction: action, jsonSchema }) => {
      if (action.type === "safe_integer") return { ...jsonSchema, type: "integer", maximum: Number.MAX_SAFE_INTEGER };
      return action.type === "metadata" && "metadata" in action
        ? { ...jsonSchema, ...(action.metadata as object) }
        : undefined;
    },
  });
  return { $schema, title: "ip-masq-agent config", ...schema };
}

export const configSchemaText = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
export const manText = manPage();
