// ip-masq-agent status: shows whether the rules are in sync, and the entries and rules with their counters.
import { findLeftovers, formatLeftover, type InspectedEntry, type InspectedRule } from "../backends/index.ts";
import { printable } from "../config/index.ts";
import { describeVerdict, formatAddressRange } from "../policy/index.ts";
import { effectsData, printNextStep, printTransaction } from "./effects.ts";
import { forEachFamily } from "./families.ts";
import { foreignWarnings } from "./foreign-warnings.ts";
import { type Io, printData } from "./io.ts";
import { openBackend, readPolicy } from "./policy.ts";
import { agentData } from "./running-agent.ts";
import type { Settings } from "./settings.ts";
import { warnOfAddresses } from "./snat-warnings.ts";
import { collectWarnings } from "./warnings.ts";

/** Exits with 0, or 1 if a family cannot be read; with --exit-code, with 2 if something would change. */
export async function status(settings: Settings, _words: readonly string[], io: Io): Promise<number> {
  const { config, policy } = await readPolicy(settings, io);
  const warnings = collectWarnings(io);
  await warnOfAddresses(config, warnings.warn);
  const opened = await openBackend(settings, policy, warnings.warn);
  const { backend, reason } = opened;
  const [outcomes, leftovers, overrides] = await Promise.all([
    forEachFamily(policy, (part) => backend.inspect(part)),
    findLeftovers(opened, policy, warnings.warn),
    foreignWarnings(settings, policy, opened),
  ]);
  for (const line of overrides) warnings.warn(line);
  const failed = outcomes.some(({ error }) => error !== undefined);
  const inSync =
    leftovers.length === 0 && outcomes.every((outcome) => outcome.error === undefined && !outcome.value.transaction);
  if (settings.json) {
    const families = outcomes.map((outcome) => {
      if (outcome.error !== undefined) return { family: outcome.family, ...outcome.data };
      const { facts, entries, transaction } = outcome.value;
      return {
        ...{ family: outcome.family, inSync: !transaction, ...facts },
        entries: entries.map(entryData),
        ...(transaction ? effectsData(transaction) : {}),
      };
    });
    printData(io, {
      ...agentData(settings),
      backend: backend.name,
      reason,
      inSync,
      families,
      leftovers: leftovers.map(({ family, backend, transaction }) => {
        return { family, backend, toRemove: transaction.counts.removed };
      }),
      warnings: warnings.all(),
    });
  } else {
    io.print(`backend: ${backend.name} (${reason})`);
    for (const outcome of outcomes) {
      const who = `${outcome.family} (${backend.name})`;
      if (outcome.error !== undefined) {
        io.warn(`${who}: ${outcome.error}`);
        continue;
      }
      const { entries, rules, transaction } = outcome.value;
      io.print(`${who}: ${transaction ? io.color.yellow("not in sync") : io.color.green("in sync")}`);
      if (transaction) printTransaction(transaction, { unit: backend.unit, leftovers, showsRules: false }, io);
      printEntries(entries, io);
      if (settings.showsRules) printRules(rules, io);
    }
    for (const leftover of leftovers) io.print(io.color.yellow(formatLeftover(leftover)));
    if (!inSync && !failed) printNextStep(settings, io);
  }
  if (failed) return 1;
  return !inSync && settings.exitCode ? 2 : 0;
}

function entryData({ cidr, verdict, connections }: InspectedEntry): object {
  const to = verdict.kind === "snat" ? { to: formatAddressRange(verdict.to) } : {};
  return { cidr, verdict: verdict.kind, ...to, ...(connections === undefined ? {} : { connections }) };
}

/** The prefix of the fallback, for everything that no entry contains. */
const EVERYTHING = /^(0\.0\.0\.0|::)\/0$/;

function printEntries(entries: readonly InspectedEntry[], io: Io): void {
  const isCounted = entries.some(({ connections }) => connections !== undefined);
  if (isCounted) io.print(io.color.dim("  connections  entry"));
  for (const [i, { cidr, verdict, connections }] of entries.entries()) {
    const name = i === entries.length - 1 && EVERYTHING.test(cidr) ? "everything else" : cidr;
    const counter = isCounted ? `  ${String(connections ?? "").padStart(11)}` : "";
    io.print(`${counter}  ${printable(name)}: ${describeVerdict(verdict)}`);
  }
}

function printRules(rules: readonly InspectedRule[], io: Io): void {
  const isCounted = rules.some(({ packets }) => packets !== undefined);
  if (isCounted) io.print(io.color.dim("  packets      bytes  rule (counts the first packet of each connection)"));
  for (const { rule, packets, bytes } of rules) {
    const counters = `${String(packets ?? "").padStart(9)} ${String(bytes ?? "").padStart(10)}`;
    io.print(`${isCounted ? counters : ""}  ${printable(rule)}`);
  }
}
