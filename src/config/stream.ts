// A YAML stream of several Kubernetes objects, as kubectl and helm print it: finds the document that is the ConfigMap.
// This module is browser-compatible.
import type { Report } from "./report.ts";

interface Part {
  readonly start: number;
  readonly text: string;
}

/**
 * Blanks all documents except the ConfigMap, so that positions stay the same, and reports which document it is. Any other text is
 * returned unchanged: the first document is a config or the ConfigMap itself, or it is unclear which document is meant.
 */
export function onlyConfigMap(text: string, report: Report): string {
  // Search only if necessary: texts are large, and streams are rare.
  if (!/^---/m.test(text) || !/^kind:/m.test(text)) return text;
  const parts = documentsOf(text);
  const [first] = parts;
  const chosen = configMapOf(parts);
  if (!first || !chosen || chosen === first || !isObject(first)) return text;
  const end = chosen.start + chosen.text.length;
  const number = parts.indexOf(chosen) + 1;
  report(
    "warning",
    "document-extra",
    { start: chosen.start, end: chosen.start + chosen.text.trimEnd().indexOf("\n") },
    `document ${number} of ${parts.length} is the ConfigMap that is read; the others are ignored`,
    "remove the other documents",
  );
  return blank(text.slice(0, chosen.start)) + chosen.text + blank(text.slice(end));
}

/** The documents that contain anything other than comments. */
function documentsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let start = 0;
  for (const { index, 0: mark } of text.matchAll(/^---(?=\s|$).*$/gm)) {
    parts.push({ start, text: text.slice(start, index) });
    start = index + mark.length;
  }
  parts.push({ start, text: text.slice(start) });
  return parts
    .map((part) => ({ start: part.start + leadingBlank(part.text), text: part.text.slice(leadingBlank(part.text)) }))
    .filter(({ text }) => text !== "");
}

/** The number of characters before the first line with content. */
const leadingBlank = (text: string): number => /^(?:[ \t]*(?:#.*)?(?:\r?\n|$))*/.exec(text)?.[0].length ?? 0;

const isObject = ({ text }: Part) => /^apiVersion:/m.test(text) && /^kind:/m.test(text);

/** The only ConfigMap or, if there are several, the only one with a config key in its data. */
function configMapOf(parts: readonly Part[]): Part | undefined {
  const maps = parts.filter((part) => isObject(part) && /^kind:\s*["']?ConfigMap\b/m.test(part.text));
  if (maps.length === 1) return maps[0];
  const [only, more] = maps.filter(({ text }) => /^\s+["']?(?:config|ip-masq-agent)["']?\s*:/m.test(text));
  return more ? undefined : only;
}

const blank = (text: string): string => text.replace(/[^\r\n]/g, " ");
