// Checks resyncInterval: a Go duration that is not too short.
// This module is browser-compatible.
import type { Entry } from "./document.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { MIN_INTERVAL_NS } from "./keys.ts";
import { excerpt } from "./limits.ts";
import type { Report } from "./report.ts";

const quote = (text: string) => JSON.stringify(excerpt(text));

/** The interval in nanoseconds; reports a bad text and returns 0. */
export function intervalOf(text: string, entry: Entry | undefined, report: Report): bigint {
  const at = entry?.value.span ?? { start: 0, end: 0 };
  const parsed = parseDuration(text);
  if (!parsed.ok) {
    const why = {
      syntax: "numbers with units are expected",
      range: "it is longer than 292 years",
      "no-unit": "a unit is missing",
      "bad-unit": `${quote(parsed.unit ?? "")} is not a unit`,
    }[parsed.problem];
    const written = excerpt(text.trim());
    const days = /^(\d+)d$/.exec(written)?.[1];
    const bare = /^\d+$/.test(written) ? `${written}s` : written.replace(/\s+/g, "");
    const meant = days ? `${Number(days) * 24}h` : bare;
    const known = "units are h, m, s, ms, us, ns";
    const hint =
      meant !== text && parseDuration(meant).ok ? `write ${meant}; ${known}` : `write a duration such as 60s; ${known}`;
    report("error", "duration-syntax", at, `resyncInterval ${quote(text)} is not a duration: ${why}`, hint);
    return 0n;
  }
  if (parsed.ns < MIN_INTERVAL_NS) {
    const shortest = formatDuration(MIN_INTERVAL_NS);
    const message = `resyncInterval ${formatDuration(parsed.ns)} is shorter than ${shortest}`;
    report("error", "interval-too-short", at, message, `write ${shortest} or longer; 60s is usual`);
  }
  return parsed.ns;
}
