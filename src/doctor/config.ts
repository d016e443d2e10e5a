// Checks where the config comes from, and whether it is likely to be intended.
import { countProblems, formatDiagnostic, type ParsedConfig } from "../config/index.ts";
import type { Files } from "../host/index.ts";
import type { Check, Finding } from "./check.ts";

/** How many errors of the config are shown. */
const MAX_SHOWN = 10;

export const config: Check = {
  name: "config",
  run: async ({ files, paths, sources, parsed, now }) => {
    const defaults = (parsed.config?.nonMasqueradeCIDRs ?? []).flatMap(({ origin, text }) => (origin ? [] : [text]));
    if (sources.length === 0) {
      return { seen: `no config at ${paths.join(", ")}`, findings: [missing(paths, defaults)], unseen: [] };
    }
    const mounts = sources.filter(({ file }) => isMountPoint(files, file)).map(({ file }) => file);
    const findings = [
      ...(parsed.config ? [] : [invalid(parsed)]),
      ...(mounts.length > 0 ? [frozen(mounts)] : []),
      ...(defaults.length > 0 ? [unnamed(sources[0]?.file ?? "", defaults)] : []),
    ];
    const seen = sources.map(({ file }) => `${file}${ageOf(files.modified(file), now)}`).join(", ");
    return { seen, findings, unseen: [] };
  },
};

function invalid(parsed: ParsedConfig): Finding {
  const errors = parsed.diagnostics.filter(({ severity }) => severity === "error");
  const more = countProblems(parsed, "error") - Math.min(errors.length, MAX_SHOWN);
  return {
    check: config.name,
    severity: "error",
    what: "the config is invalid",
    evidence: [...errors.slice(0, MAX_SHOWN).map(formatDiagnostic), ...(more > 0 ? [`… and ${more} more`] : [])],
    why: "A running agent keeps the last valid config in force, and one that starts now does nothing.",
    remedy: "Fix the config; ip-masq-agent check shows each error with its line.",
  };
}

function missing(paths: readonly string[], defaults: readonly string[]): Finding {
  return {
    check: config.name,
    severity: "warning",
    what: "there is no config file, so the defaults apply",
    evidence: [`not found: ${paths.join(", ")}`, `nonMasqueradeCIDRs: ${defaults.join(", ")}`],
    why: "Destinations in these ranges see the pod's address, whether or not they have a route back to it.",
    remedy: "Mount the ConfigMap there, or name the file with --config; to keep the defaults, list them in it.",
  };
}

function unnamed(file: string, defaults: readonly string[]): Finding {
  return {
    check: config.name,
    severity: "info",
    what: "the config has no nonMasqueradeCIDRs, so the default ones apply",
    evidence: [`${file}: nonMasqueradeCIDRs: ${defaults.join(", ")}`],
    why: "Destinations in these ranges see the pod's address, whether or not they have a route back to it.",
    remedy: "Set nonMasqueradeCIDRs; with an empty list, [], none of these ranges is kept.",
  };
}

function frozen(files: readonly string[]): Finding {
  return {
    check: config.name,
    severity: "warning",
    what: "the config is mounted as a single file, so changes to the ConfigMap do not reach it",
    evidence: files.map((file) => `mount point in /proc/self/mountinfo: ${file}`),
    why: "kubelet replaces the folder of a ConfigMap volume; a subPath shows the old file until the pod restarts.",
    remedy: "Mount the whole volume as a folder, without subPath.",
  };
}

/** Whether something is mounted on the file itself (proc_pid_mountinfo(5)). */
function isMountPoint(files: Files, file: string): boolean {
  const place = files.resolve(file) ?? file;
  const lines = (files.read("/proc/self/mountinfo") ?? "").split("\n");
  return lines.some((line) => {
    const point = line
      .split(" ")[4]
      ?.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    return point === place || point === file;
  });
}

const UNITS: readonly (readonly [string, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `, written 3 days ago`; empty if unknown. */
function ageOf(written: Date | undefined, now: Date): string {
  if (!written) return "";
  const seconds = (now.getTime() - written.getTime()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? [];
  if (!unit || !size) return ", written less than a minute ago";
  const count = Math.floor(seconds / size);
  return `, written ${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
