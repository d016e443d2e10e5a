// What the pasted rules of a node do, whoever's they are.
import { computed } from "@preact/signals";
import { isOurs, type NatView, ownerOf, readAddressBlock, readPasted, walk } from "../netfilter/index.ts";
import { asked } from "./asked.ts";
import { inForce, observed } from "./store.ts";

/** The postrouting NAT hook of each family as far as it is pasted. */
export const pastedViews = computed<Readonly<Record<NatView["family"], NatView>>>(() => {
  const { ipv4, ipv6, nftables } = observed.value;
  return {
    ipv4: readPasted("ipv4", { iptables: ipv4, nftables }),
    ipv6: readPasted("ipv6", { iptables: ipv6, nftables }),
  };
});

/** Who translates the packet that is asked about in spite of the config, which keeps it. */
export const defeater = computed<string | undefined>(() => {
  const { answer } = asked.value;
  if (answer?.decision?.verdict.kind !== "keep") return undefined;
  const { packet, decision } = answer;
  const { family } = decision;
  const view = pastedViews.value[family];
  const policy = inForce.value.policy?.find((one) => one.family === family);
  // Without a source, most rules of others may or may not be meant.
  if (view.groups.length === 0 || !policy || packet.source === undefined) return undefined;
  const { outcome, decides } = walk(view, {
    source: readAddressBlock(family, packet.source)?.values,
    destination: readAddressBlock(family, packet.destination)?.values,
    outputInterface: packet.outputInterface === undefined ? undefined : [packet.outputInterface],
  });
  const isTranslated = outcome.kind === "masqueraded" || outcome.kind === "translated";
  const ours = { chain: policy.chain, table: inForce.value.flags.table };
  if (!isTranslated || !decides || isOurs(decides, ours)) return undefined;
  return ownerOf(decides)?.name ?? "another program";
});
