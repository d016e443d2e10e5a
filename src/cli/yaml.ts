// Data as YAML.
import { Document, isScalar, Scalar, visit } from "yaml";
import { isPrintable, printableJson } from "../config/index.ts";

/**
 * A value of plain data as YAML that every reader takes for the same: keys in their order, integers of any size as digits, and
 * texts in quotes that YAML 1.1 would take for something else. Text of several lines stays as it is, so that rules can be read.
 */
export function formatYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, {
    Scalar: (_key, node) => {
      // Only in double quotes a character can be escaped.
      if (isScalar(node) && typeof node.value === "string" && !isPrintable(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return printableJson(document.toString({ lineWidth: 0 }));
}
