// ip-masq-agent doctor: checks the whole node; with --flow SRC DST, shows what its rules do to one connection.

import { parseSources } from "../agent/index.ts";
import type { Opened } from "../backends/index.ts";
import { thisConntrack } from "../conntrack/index.ts";
import {
  CHECKS,
  type Examined,
  examine,
  explainFlow,
  FlowQuestionError,
  flowData,
  formatFlow,
  type Severity,
} from "../doctor/index.ts";
import { openFiles, thisHost } from "../host/index.ts";
import type { NatView } from "../netfilter/index.ts";
import { compilePolicy } from "../policy/index.ts";
import { readConfigSources } from "./config-sources.ts";
import { formatFinding, formatSeen } from "./doctor-report.ts";
import { UsageError } from "./flags.ts";
import { oursOf, readFamilies } from "./foreign-warnings.ts";
import { type Io, printData } from "./io.ts";
import { openBackend } from "./policy.ts";
import { agentData } from "./running-agent.ts";
import type { FlowFacts, Settings } from "./settings.ts";
import { collectWarnings } from "./warnings.ts";

/** Exits with 0, or with 2 if a check found an error or a warning. */
export async function doctor(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  if (settings.flow) return doctorFlow(settings.flow, settings, words, io);
  if (words.length > 0)
    throw new UsageError(`unexpected ${JSON.stringify(words[0])}: doctor takes addresses only with --flow`);
  const { paths } = settings;
  // An invalid config does not stop doctor: it is a finding.
  const { sources, ...parsed } = parseSources(readConfigSources(paths), settings.config);
  const policy = parsed.config ? compilePolicy(parsed.config, settings.policy) : [];
  const warnings = collectWarnings(io);
  const files = openFiles();
  let opened: Promise<Opened> | undefined;
  let views: Promise<readonly NatView[]> | undefined;
  const reports = await examine(CHECKS, {
    host: thisHost,
    files,
    connections: thisConntrack,
    paths,
    sources,
    parsed,
    policy,
    ours: oursOf(settings),
    nat: () => (views ??= readFamilies(policy)),
    open: async () => (opened ??= openBackend(settings, policy, warnings.warn)),
    now: new Date(),
  });
  const findings = reports.flatMap((report) => report.findings);
  const isWell = findings.every(({ severity }) => severity === "info");
  if (settings.json) {
    const checks = reports.map(({ name, seen }) => ({ name, seen }));
    const unseen = [...reports.flatMap((report) => report.unseen), ...files.unreadable()];
    printData(io, { ...agentData(settings), ok: isWell, checks, findings, unseen, warnings: warnings.all() });
  } else {
    printReports(reports, files.unreadable(), io);
  }
  return isWell ? 0 : 2;
}

/** Exits with 0, whatever the answer. */
async function doctorFlow(facts: FlowFacts, settings: Settings, words: readonly string[], io: Io): Promise<number> {
  const [source, destination, more] = words;
  if (source === undefined || destination === undefined || more !== undefined) {
    throw new UsageError("--flow needs two addresses, such as: ip-masq-agent doctor --flow 10.244.1.7 10.99.0.1");
  }
  try {
    const { outputInterface } = settings.packet;
    const explanation = await explainFlow(
      thisHost,
      { source, destination, outputInterface, ...facts },
      oursOf(settings),
    );
    if (settings.json) printData(io, flowData(explanation));
    else io.print(formatFlow(explanation));
    return 0;
  } catch (error) {
    if (error instanceof FlowQuestionError) throw new UsageError(error.message);
    throw error;
  }
}

function printReports(reports: readonly Examined[], unreadable: readonly string[], io: Io): void {
  const width = Math.max(...reports.map(({ name }) => name.length));
  for (const { name, seen, findings, unseen } of reports) {
    const column = name.padEnd(width);
    const isWell = unseen.length === 0 && findings.every(({ severity }) => severity === "info");
    if (isWell) io.print(formatSeen("ok", column, seen, io));
    for (const finding of findings) io.print(formatFinding(finding, column, io));
    for (const what of unseen) io.print(formatSeen("unseen", column, what, io));
  }
  for (const what of unreadable) io.print(formatSeen("unseen", "".padEnd(width), what, io));
  const count = (wanted: Severity) =>
    reports.reduce((sum, { findings }) => sum + findings.filter(({ severity }) => severity === wanted).length, 0);
  const counts = (["error", "warning"] as const).flatMap((severity) => {
    const number = count(severity);
    return number === 0 ? [] : [`${number} ${severity}${number === 1 ? "" : "s"}`];
  });
  const gaps =
    unreadable.length > 0 || reports.some(({ unseen }) => unseen.length > 0)
      ? " What could not be checked is listed above."
      : "";
  io.print(`\n${counts.length === 0 ? "No problems found" : counts.join(", ")}.${gaps}`);
}
