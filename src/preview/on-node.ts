// What a node's pasted rules do, including those of other programs.
import { computed } from "@preact/signals";
import { type Intervals, type NatView, readAddressBlock, readPasted } from "../netfilter/index.ts";
import { type FamilyPolicy, KEEP } from "../policy/index.ts";
import { type Answer, asked } from "./asked.ts";
import { findInterference, type Interference } from "./interference.ts";
import { inForce, observed } from "./store.ts";

/** The pasted part of the postrouting NAT hook, for each family. */
export const pastedViews = computed<Readonly<Record<NatView["family"], NatView>>>(() => {
  const { ipv4, ipv6, nftables } = observed.value;
  return {
    ipv4: readPasted("ipv4", { iptables: ipv4, nftables }),
    ipv6: readPasted("ipv6", { iptables: ipv6, nftables }),
  };
});

/** Rules of other programs that override what the config says about the packets in question. */
export const interference = computed<readonly Interference[]>(() => {
  const { answer } = asked.value;
  const { policy = [], flags } = inForce.value;
  const family = answer && (answer.decision ?? answer.parts[0]?.decision)?.family;
  if (!family || answer.special || pastedViews.value[family].groups.length === 0) return [];
  const own = policy.find((one) => one.family === family);
  // If parts of a block are treated differently, only the kept parts are checked.
  const verdict = answer.decision?.verdict ?? KEEP;
  const limits = verdict.kind === "keep" ? "any" : (own?.scope.outputInterfaces ?? "any");
  const { source, outputInterface } = answer.packet;
  const traffic = {
    source: source === undefined ? sourcesOf(own) : readAddressBlock(family, source)?.values,
    destination: destinationsOf(answer, family),
    outputInterface: outputInterface === undefined ? (limits === "any" ? undefined : limits) : [outputInterface],
  };
  if (traffic.destination?.length === 0) return [];
  const ours = { chain: flags.chain, table: flags.table, enforceKeep: own?.enforceKeep === true };
  return findInterference(pastedViews.value[family], traffic, verdict, ours);
});

/** The pods' addresses, if the config contains them. */
function sourcesOf(policy: FamilyPolicy | undefined): Intervals | undefined {
  if (!policy || policy.scope.sources === "any") return undefined;
  return policy.scope.sources.flatMap(({ network }) => readAddressBlock(policy.family, network)?.values ?? []);
}

function destinationsOf({ packet, decision, parts }: Answer, family: NatView["family"]): Intervals | undefined {
  if (decision) return readAddressBlock(family, packet.destination)?.values;
  return parts.filter((part) => part.decision.verdict.kind === "keep").map(({ first, last }) => ({ first, last }));
}
