// Finds other programs' rules that override the config, at little cost: for the log, and for commands other than `doctor`.
import { openFiles, type Runner, thisHost } from "../host/index.ts";
import { readBriefly } from "../netfilter/brief.ts";
import { readNat } from "../netfilter/read-nat.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Finding, NodeView } from "./check.ts";
import { findSourceNat } from "./source-nat.ts";

/** A policy with more entries is compared only by `doctor`: 55,000 entries take 200 MB and several seconds. */
const MAX_ENTRIES = 10_000;

export interface Overrides {
  readonly findings: readonly Finding[];
  /** The findings as warnings, one line each. */
  readonly lines: readonly string[];
  /** A sentence about what was not read because it took too long. */
  readonly gap: string | undefined;
}

/** Finds rules of other programs that translate what the policies keep. Each tool that reads rules gets two seconds. */
export async function findOverrides(
  policies: readonly FamilyPolicy[],
  ours: NodeView["ours"],
  runTool: Runner = thisHost.run,
): Promise<Overrides> {
  const policy = policies.filter(({ rules }) => rules.length <= MAX_ENTRIES);
  if (policy.length === 0) return { findings: [], lines: [], gap: undefined };
  const { run, skipped } = readBriefly(runTool);
  const families = policy.map(({ family }) => family);
  const { findings } = await findSourceNat({
    nat: () => readNat({ run }, families),
    files: openFiles(),
    policy,
    ours,
  });
  return { findings, lines: findings.map(lineOf), gap: skipped() };
}

const lineOf = ({ what, evidence: [rule = ""] }: Finding): string =>
  `${what}: ${rule}; run ip-masq-agent doctor for details`;
