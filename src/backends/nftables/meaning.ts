// What a table means: the policy that it implements, whichever program wrote it.
// This module is browser-compatible.
import { type Prefix, parsePrefixes, rangeToPrefixes } from "../../core/index.ts";
import { type FamilyPolicy, KEEP, type PolicyRule, type PortRange, parsePorts } from "../../policy/index.ts";
import { counted, type Meaning } from "../meaning.ts";
import { placeElements } from "./carry.ts";
import { DESTINATIONS, desiredTable, KEPT, POSTROUTING, SOURCES } from "./desired.ts";
import type { ObservedElement, ObservedTable } from "./observed.ts";
import { frameOf, placeOf } from "./table.ts";
import { verdictOfText } from "./translate.ts";

/** The meaning of a table, compared with the desired policy. */
export function readMeaning(after: FamilyPolicy, table: string, observed: ObservedTable): Meaning {
  const place = placeOf({ family: after.family, name: table }, "table");
  const rulesOf = (chain: string) => rulesIn(observed, placeOf({ family: after.family, name: table }, "rule"), chain);
  const isHooked = observed.frame.some((line) => /^chain \S+ \S+ postrouting \{ type nat hook /.test(line));
  const decision = [...rulesOf(POSTROUTING), ...rulesOf(`${POSTROUTING}-in-scope`)];
  const { rules, alien } = readEntries(after.family, observed.elements.get(DESTINATIONS) ?? []);
  const translations = observed.frame.filter((line) =>
    /^rule \S+ \S+ \S+ (.* )?(masquerade|snat to (?!ip))/.test(line),
  );
  const outputs = decision.flatMap((rule) => /^oifname "(.*)" goto /.exec(rule)?.[1] ?? []);
  const isLimited = decision.some((rule) => rule.includes(`saddr != @${SOURCES} return`));
  const before: FamilyPolicy = {
    ...after,
    scope: {
      sources: isLimited ? prefixesOf(after.family, observed.elements.get(SOURCES) ?? []) : "any",
      outputInterfaces: outputs.length > 0 ? outputs : "any",
    },
    rules: decision.some((rule) => rule.includes(`vmap @${DESTINATIONS}`)) ? rules : [],
    fallback:
      decision.map((rule) => verdictOfText(/^counter (goto .*)$/.exec(rule)?.[1] ?? "")).find((one) => one) ?? KEEP,
    ports: portsOf(translations),
    randomFully:
      translations.length === 0 ? after.randomFully : translations.some((line) => line.includes("fully-random")),
    enforceKeep: observed.elements.has(KEPT),
  };
  const known = new Set([...frameOf(desiredTable(before, table)), ...frameOf(desiredTable(after, table))]);
  const foreign = observed.frame.filter((line) => !known.has(line));
  const found = new Set(observed.frame);
  const isComplete = frameOf(desiredTable(before, table)).every((line) => found.has(line));
  const foreignRules = foreign.filter((line) => line.startsWith("rule ")).length;
  return {
    before: observed.exists && isHooked ? before : undefined,
    why: observed.exists ? `no chain of ${place} is in the postrouting hook` : `${place} does not exist`,
    ...{ after, hasEntries: false },
    others: [
      ...counted("remove", foreignRules, "rule of another program", `in ${place}`),
      ...counted("remove", foreign.length - foreignRules, "object of another program", `in ${place}`),
      ...counted("remove", alien, "element of another program", `in ${place}`),
      ...(observed.exists && !isComplete
        ? [{ op: "change", text: `missing parts of ${place} are added` } as const]
        : []),
    ],
  };
}

function rulesIn({ frame }: ObservedTable, rule: string, chain: string): readonly string[] {
  const begin = `${rule} ${chain} `;
  return frame.flatMap((line) => (line.startsWith(begin) ? [line.slice(begin.length)] : []));
}

/** The map's elements as rules: an interval that is not a prefix becomes several. */
function readEntries(
  family: FamilyPolicy["family"],
  elements: readonly ObservedElement[],
): { readonly rules: readonly PolicyRule[]; readonly alien: number } {
  const known = elements.filter(({ verdict }) => verdictOfText(verdict ?? "") !== undefined);
  const placed = placeElements(family, known);
  const parts = placed.flatMap(({ element, interval: { first, last } }) =>
    rangeToPrefixes(family, first, last).map((text) => ({
      text,
      verdict: verdictOfText(element.verdict ?? "") ?? KEEP,
    })),
  );
  const { read } = parsePrefixes(parts.map(({ text }) => text));
  const rules = parts.flatMap(({ verdict }, i): PolicyRule[] => {
    const prefix = read[i];
    return prefix?.ok ? [{ prefix, verdict, reason: "config", origin: undefined }] : [];
  });
  return { rules, alien: elements.length - placed.length };
}

function prefixesOf(family: FamilyPolicy["family"], elements: readonly ObservedElement[]): readonly Prefix[] {
  const texts = placeElements(family, elements).flatMap(({ interval: { first, last } }) =>
    rangeToPrefixes(family, first, last),
  );
  return parsePrefixes(texts).read.flatMap((prefix) => (prefix.ok ? [prefix] : []));
}

/** The port ranges of the first chain that translates; if there are several, each has its own chain. */
function portsOf(translations: readonly string[]): readonly PortRange[] {
  const found = translations.flatMap((line) => {
    const [, chain = "", range] =
      /^rule \S+ \S+ (\S+) meta l4proto .*:(\d+(?:-\d+)?)(?: fully-random)?$/.exec(line) ?? [];
    return range === undefined ? [] : [{ chain: chain.replace(/-ports-\d+$/, ""), range }];
  });
  const ranges = found.filter(({ chain }) => chain === found[0]?.chain).map(({ range }) => range);
  const parsed = parsePorts(ranges.join(","));
  return parsed.ok ? parsed.ranges : [];
}
