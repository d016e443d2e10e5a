// Merges the keys that are not lists from all files of a config.
// This module is browser-compatible.
import { parseDuration } from "./duration.ts";
import { intervalOf } from "./interval.ts";
import { placeOf } from "./lists.ts";
import type { Config } from "./model.ts";
import { type Draft, isGiven } from "./source.ts";

const SCALAR_KEYS = [
  "enforceNonMasquerade",
  "cidrLimit",
  "masqLinkLocal",
  "masqLinkLocalIPv6",
  "resyncInterval",
] as const;
type ScalarKey = (typeof SCALAR_KEYS)[number];

export type Scalars = Pick<Config, ScalarKey>;

/** The scalars of all files, with defaults. A key with different values in two files is an error. */
export function mergeScalars(drafts: readonly Draft[]): Scalars {
  const owners = new Map<ScalarKey, Draft>();
  for (const key of SCALAR_KEYS) {
    for (const draft of drafts.filter(isGiven(key))) {
      const first = owners.get(key);
      if (!first) owners.set(key, draft);
      else if (comparable(key, draft) !== comparable(key, first)) reportContradiction(key, draft, first);
    }
  }
  const value = <K extends ScalarKey>(key: K, fallback: Draft["values"]["scalars"][K]) =>
    owners.get(key)?.values.scalars[key] ?? fallback;
  const interval = owners.get("resyncInterval");
  return {
    enforceNonMasquerade: value("enforceNonMasquerade", false),
    cidrLimit: value("cidrLimit", 64),
    masqLinkLocal: value("masqLinkLocal", false),
    masqLinkLocalIPv6: value("masqLinkLocalIPv6", false),
    resyncInterval: intervalOf(
      value("resyncInterval", "60s"),
      interval?.fields.get("resyncInterval"),
      interval?.report ?? (() => {}),
    ),
  };
}

/** A value in a form that can be compared: 60s and 1m are equal. */
function comparable(key: ScalarKey, { values }: Draft): unknown {
  const value = values.scalars[key];
  const duration = key === "resyncInterval" ? parseDuration(String(value)) : undefined;
  return duration?.ok ? duration.ns : value;
}

function reportContradiction(key: ScalarKey, draft: Draft, first: Draft): void {
  const at = draft.fields.get(key);
  const other = first.fields.get(key);
  if (!at || !other) return;
  const place = placeOf(first.entryOf({ value: "", span: other.value.span }), draft);
  const message = `${key} is ${String(draft.values.scalars[key])} here and ${String(first.values.scalars[key])} on ${place}`;
  draft.report("error", "key-conflict", at.value.span, message, "set it in one of the files, or to the same value");
}
