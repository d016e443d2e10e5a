// Merges outputInterfaces from all files of a config.
// This module is browser-compatible.
import type { RawCidr } from "./cidr.ts";
import { checkInterfaceName } from "./interface-name.ts";
import { placeOf } from "./lists.ts";
import type { OutputInterface } from "./model.ts";
import { type Draft, entriesOf } from "./source.ts";

/** Merges the names of all files. A duplicate, or a name that a wildcard matches, has no effect and is reported. */
export function readInterfaces(drafts: readonly Draft[]): readonly OutputInterface[] {
  const listed = entriesOf(drafts, "outputInterfaces").filter(({ text, span, report }) => {
    const problem = checkInterfaceName(text);
    if (problem) report("error", "interface-syntax", span, problem.message, problem.hint);
    return problem === undefined;
  });
  const first = new Map<string, RawCidr>();
  for (const entry of listed) if (!first.has(entry.text)) first.set(entry.text, entry);
  return listed.flatMap((entry): OutputInterface[] => {
    const { text: name, span, file, line, column, report } = entry;
    // A name has at most 15 characters, so there are few wildcards that match it.
    const beginnings = Array.from({ length: name.length }, (_, i) => `${name.slice(0, i)}*`);
    const outer = [name, ...beginnings].map((one) => first.get(one)).find((one) => one && one !== entry);
    if (!outer) return [{ name, origin: { file, line, column } }];
    const message = `${name} is already listed${outer.text === name ? "" : ` as ${outer.text}`} on ${placeOf(outer, entry)}`;
    report("warning", "interface-duplicate", span, message, "remove it");
    return [];
  });
}
