// Checks that lists are not longer than cidrLimit, and that they do not multiply to more rules than a node can hold.
// This module is browser-compatible.
import { MAX_TRANSLATED_RULES } from "./limits.ts";
import { type Draft, isGiven } from "./source.ts";

/** Reports short lists that together result in more rules than a node can hold. */
export function reportProduct(
  drafts: readonly Draft[],
  factors: readonly [translated: number, sources: number, interfaces: number],
): void {
  const rules = factors.reduce((product, factor) => product * factor, 1);
  const [translated, sources, interfaces] = factors;
  if (rules <= MAX_TRANSLATED_RULES || sources * interfaces === 1) return;
  const owner = drafts.find(({ fields }) => fields.has("sourceCIDRs") || fields.has("outputInterfaces"));
  const at = owner?.fields.get("sourceCIDRs") ?? owner?.fields.get("outputInterfaces");
  if (!owner || !at) return;
  const counts = `${translated} destinations for each of ${sources} sources and ${interfaces} interfaces`;
  const message = `${counts} make ${rules} rules, more than ${MAX_TRANSLATED_RULES}`;
  owner.report("error", "limit-exceeded", at.keySpan, message, "use fewer, larger ranges, or a wildcard");
}

/** Reports lists that together have more entries than cidrLimit allows. */
export function reportLength(drafts: readonly Draft[], defaults: number, cidrLimit: number): void {
  if (drafts.some(({ values }) => values.broken.has("cidrLimit"))) return;
  const lengthOf = (key: "nonMasqueradeCIDRs" | "masqueradeCIDRs") => {
    const lists = drafts.map(({ fields }) => fields.get(key)?.value);
    return lists.reduce((sum, list) => sum + (list?.kind === "list" ? list.items.length : 0), 0);
  };
  const counts = { nonMasqueradeCIDRs: lengthOf("nonMasqueradeCIDRs"), masqueradeCIDRs: lengthOf("masqueradeCIDRs") };
  const count = counts.nonMasqueradeCIDRs + counts.masqueradeCIDRs + defaults;
  if (count <= cidrLimit) return;
  const keys = (["nonMasqueradeCIDRs", "masqueradeCIDRs"] as const).filter((key) => counts[key] > 0);
  const names = [...(defaults > 0 ? ["the default list"] : []), ...keys].join(" and ");
  const owner = drafts.find(({ fields }) => keys.some((key) => fields.has(key))) ?? drafts.find(isGiven("cidrLimit"));
  const at = keys.map((key) => owner?.fields.get(key)).find(Boolean) ?? owner?.fields.get("cidrLimit");
  const has = `${names} ${keys.length + (defaults > 0 ? 1 : 0) > 1 ? "have" : "has"} ${count} entries`;
  const hint = `raise cidrLimit to ${count} or more, or merge entries`;
  owner?.report(
    "error",
    "limit-exceeded",
    at?.keySpan ?? { start: 0, end: 0 },
    `${has}, but cidrLimit is ${cidrLimit}`,
    hint,
  );
}
