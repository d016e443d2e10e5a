// Formats data as YAML.
import { Document, isScalar, Scalar, visit } from "yaml";
import { isPrintable, printableJson } from "../config/index.ts";

/**
 * Formats plain data as YAML that all parsers read the same way: keys in order, integers of any size as digits, and quotes
 * around strings that YAML 1.1 would read as another type. Multi-line strings become blocks, so that rules are readable.
 */
export function formatYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, {
    Scalar: (_key, node) => {
      // Only double quotes allow escapes.
      if (isScalar(node) && typeof node.value === "string" && !isPrintable(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return printableJson(document.toString({ lineWidth: 0 }));
}
