// Checks whether the lists of the config cover the pods of this node.
import { formatRange, type Prefix } from "../core/index.ts";
import { explain, type FamilyPolicy, KEEP, MASQUERADE } from "../policy/index.ts";
import type { Check, Finding } from "./check.ts";
import { findPodRanges, type PodRange } from "./pod-ranges.ts";

/** How many ranges are shown; a node may have a route for each other node. */
const MAX_SHOWN = 5;

export const pods: Check = {
  name: "pods",
  run: async ({ files, policy }) => {
    const ranges = findPodRanges(files);
    if (ranges.length === 0) {
      const unseen = [
        "the ranges of this node's pods: no CNI config, no host-local address, and no route through a pod interface",
      ];
      return { seen: "", findings: [], unseen };
    }
    const findings = policy.flatMap((part) => findingsOf(part, ranges));
    return { seen: `pods have addresses in ${list(ranges.map(({ cidr }) => cidr))}`, findings, unseen: [] };
  },
};

function findingsOf(policy: FamilyPolicy, all: readonly PodRange[]): readonly Finding[] {
  const ranges = all.filter(({ family }) => family === policy.family);
  const { sources } = policy.scope;
  const lost = ranges.map((range) => ({ range, parts: partsNotKept(policy, range) }));
  const outside = sources === "any" ? [] : ranges.filter((range) => partsNotKept(keeping(sources), range).length > 0);
  const found = lost.filter(({ parts }) => parts.length > 0);
  return [...(found.length > 0 ? [lostFinding(found)] : []), ...(outside.length > 0 ? [outsideFinding(outside)] : [])];

  /** A policy that keeps exactly these prefixes. */
  function keeping(prefixes: readonly Prefix[]): FamilyPolicy {
    const rules = prefixes.map((prefix) => ({ prefix, verdict: KEEP, reason: "config" as const, origin: undefined }));
    return { ...policy, rules, fallback: MASQUERADE };
  }
}

/** The parts of a range to which packets do not keep their address. */
function partsNotKept(policy: FamilyPolicy, { cidr, family }: PodRange): readonly string[] {
  return explain([policy], [cidr]).flatMap((answer) => {
    if (!answer.ok || answer.kind !== "block") return [];
    const parts = answer.parts.filter(({ decision }) => decision.verdict.kind !== "keep");
    return parts.map(({ first, last }) => formatRange(family, first, last));
  });
}

const list = (texts: readonly string[]): string =>
  texts.length > MAX_SHOWN
    ? `${texts.slice(0, MAX_SHOWN).join(", ")} and ${texts.length - MAX_SHOWN} more`
    : texts.join(", ");

const shown = (lines: readonly string[]): readonly string[] =>
  lines.length > MAX_SHOWN ? [...lines.slice(0, MAX_SHOWN), `… and ${lines.length - MAX_SHOWN} more`] : lines;

function lostFinding(lost: readonly { range: PodRange; parts: readonly string[] }[]): Finding {
  return {
    check: pods.name,
    severity: "warning",
    what: "packets from pod to pod lose the address of the pod that sent them",
    evidence: shown(
      lost.map(({ range: { cidr, origin }, parts }) => {
        const all = parts.length === 1 && parts[0] === cidr;
        return `${cidr} (${origin}): ${all ? "" : `${list(parts)} `}masqueraded or translated`;
      }),
    ),
    why: "The receiving pod and its network policies see the address of a node.",
    remedy: "Add the pods' range to nonMasqueradeCIDRs, if pods reach each other without NAT.",
  };
}

function outsideFinding(outside: readonly PodRange[]): Finding {
  return {
    check: pods.name,
    severity: "warning",
    what: "sourceCIDRs leaves out pods of this node",
    evidence: shown(outside.map(({ cidr, origin }) => `${cidr} (${origin})`)),
    why: "Their packets leave the cluster with an address that nothing outside has a route to.",
    remedy: "Add these ranges to sourceCIDRs, unless other rules translate them.",
  };
}
