// Turns a policy into a table, in the form in which nft prints it.
// This module is browser-compatible.
import { type Family, finish, type Prefix, type Steps } from "../../core/index.ts";
import type { FamilyPolicy, Scope } from "../../policy/index.ts";
import { NFT_FAMILY } from "../nft-family.ts";
import { elementsOf, intervalsOf, type OwnedElement } from "./elements.ts";
import type { DesiredTable, Element, NftChain, NftSet } from "./table.ts";
import { fallbackRules, translationChains, verdictText } from "./translate.ts";

/** The table of a policy. */
export interface PolicyTable extends DesiredTable {
  /** The elements of the map of destinations, each with the policy's rule that it implements. */
  readonly destinations: readonly OwnedElement[];
  /** The elements of the set of destinations whose packets are bound to their address, if any. */
  readonly kept: readonly OwnedElement[];
}

/** The table's comment, which names its owner. */
const COMMENT = "managed by ip-masq-agent; changes by others are undone";

/** The names of the table's sets and chains. Verdict chains are in translate.ts. */
export const DESTINATIONS = "destinations";
export const KEPT = "kept";
export const SOURCES = "sources";
export const POSTROUTING = "postrouting";
const ENFORCE = "enforce";

const ADDRESS: Readonly<Record<Family, string>> = { ipv4: "ipv4_addr", ipv6: "ipv6_addr" };

/**
 * The kernel walks nat chains by priority until one sets up NAT for the connection (net/netfilter/nf_nat_core.c,
 * nf_nat_inet_fn). After srcnat, others such as kube-proxy have handled the packets that they marked.
 */
const AFTER_OTHERS = "type nat hook postrouting priority srcnat + 10; policy accept;";
const BEFORE_OTHERS = "type nat hook postrouting priority srcnat - 10; policy accept;";

/** Packets translated for a service are left to the service proxy to masquerade. */
const NOT_TRANSLATED = "ct status dnat return";

/** As in iptables: packets to the node itself are never translated. */
const NOT_TO_US = "fib daddr type local return";

const tables = new WeakMap<FamilyPolicy, Map<string, PolicyTable>>();

/** The table that implements a policy. */
export function desiredTable(policy: FamilyPolicy, name: string): PolicyTable {
  return finish(desiredTableInSteps(policy, name));
}

/** {@link desiredTable} in steps. */
export function* desiredTableInSteps(policy: FamilyPolicy, name: string): Steps<PolicyTable> {
  // Policies are immutable, and each sync needs the table again.
  const known = tables.get(policy) ?? new Map<string, PolicyTable>();
  tables.set(policy, known);
  let table = known.get(name);
  if (!table) {
    table = yield* render(policy, name);
    known.set(name, table);
  }
  return table;
}

function* render(policy: FamilyPolicy, name: string): Steps<PolicyTable> {
  const { family, scope, fallback, enforceKeep } = policy;
  const ip = NFT_FAMILY[family];
  const destinations = yield* elementsOf(policy, (verdict, isFallback) =>
    isFallback ? undefined : verdictText(verdict),
  );
  const kept = enforceKeep ? yield* elementsOf(policy, ({ kind }) => (kind === "keep" ? "" : undefined)) : [];
  const limits = scope.sources === "any" ? [] : [`${ip} saddr != @${SOURCES} return`];
  const decision = [...limits, `${ip} daddr vmap @${DESTINATIONS}`, ...fallbackRules(fallback)];
  const binding = [...limits, `${ip} daddr @${KEPT} snat to ${ip} saddr`];
  return {
    family,
    name,
    comment: COMMENT,
    sets: [
      ...(scope.sources === "any" ? [] : [sourceSet(family, scope.sources)]),
      ...(enforceKeep ? [countingSet("set", KEPT, family, kept)] : []),
      countingSet("map", DESTINATIONS, family, destinations),
    ],
    chains: [
      ...translationChains(policy),
      ...(enforceKeep ? hooked(ENFORCE, BEFORE_OTHERS, [NOT_TRANSLATED, NOT_TO_US], binding, scope) : []),
      ...hooked(POSTROUTING, AFTER_OTHERS, [NOT_TO_US], decision, scope),
    ],
    destinations,
    kept,
  };
}

function sourceSet(family: Family, sources: readonly Prefix[]): NftSet {
  const properties = [`type ${ADDRESS[family]}`, "flags interval"];
  return { kind: "set", name: SOURCES, properties, elements: intervalsOf(sources) };
}

function countingSet(kind: NftSet["kind"], name: string, family: Family, elements: readonly Element[]): NftSet {
  const type = `type ${ADDRESS[family]}${kind === "map" ? " : verdict" : ""}`;
  return { kind, name, properties: [type, "flags interval", "counter"], elements };
}

/**
 * A base chain that begins with `first` and continues with `rest`. If the scope limits interfaces, `rest` is in its own
 * chain, and a rule for each interface goes there: sets of names with wildcards are newer than nft 1.0.1.
 */
function hooked(
  name: string,
  hook: string,
  first: readonly string[],
  rest: readonly string[],
  { outputInterfaces }: Scope,
): readonly NftChain[] {
  if (outputInterfaces === "any") return [{ name, hook, rules: [...first, ...rest] }];
  const inScope = `${name}-in-scope`;
  const leads = outputInterfaces.map((output) => `oifname "${output}" goto ${inScope}`);
  return [
    { name: inScope, rules: rest },
    { name, hook, rules: [...first, ...leads] },
  ];
}
