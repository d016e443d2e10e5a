// Policy to table, written the way nft prints it back.
// This module is browser-compatible.
import { type Family, finish, type Prefix, type Steps } from "../../core/index.ts";
import type { FamilyPolicy, Scope } from "../../policy/index.ts";
import { NFT_FAMILY } from "../nft-family.ts";
import { elementsOf, intervalsOf, type OwnedElement } from "./elements.ts";
import type { DesiredTable, Element, NftChain, NftSet } from "./table.ts";
import { fallbackRules, translationChains, verdictText } from "./translate.ts";

/** The table of a policy. */
export interface PolicyTable extends DesiredTable {
  /** The elements that count packets by destination, each with the policy's rule that it carries out. */
  readonly destinations: readonly OwnedElement[];
  /** The same for those that bind packets, if any do. */
  readonly kept: readonly OwnedElement[];
}

/** Says whose the table is. */
const COMMENT = "managed by ip-masq-agent; changes by others are undone";

/** Names of the table's sets and chains. Those of verdict chains are in translate.ts. */
export const DESTINATIONS = "destinations";
export const KEPT = "kept";
export const SOURCES = "sources";
export const POSTROUTING = "postrouting";
const ENFORCE = "enforce";

const ADDRESS: Readonly<Record<Family, string>> = { ipv4: "ipv4_addr", ipv6: "ipv6_addr" };

/**
 * Chains of nat are walked in the order of their priorities until one sets up NAT for the connection (net/netfilter/
 * nf_nat_core.c, nf_nat_inet_fn). Behind srcnat others, kube-proxy among them, have decided about what they marked.
 */
const AFTER_OTHERS = "type nat hook postrouting priority srcnat + 10; policy accept;";
const BEFORE_OTHERS = "type nat hook postrouting priority srcnat - 10; policy accept;";

/** What a service has translated is its proxy's to masquerade. */
const NOT_TRANSLATED = "ct status dnat return";

/** As in the iptables chain: what goes to the node itself is never translated. */
const NOT_TO_US = "fib daddr type local return";

const tables = new WeakMap<FamilyPolicy, Map<string, PolicyTable>>();

/** The table that carries out a policy. */
export function desiredTable(policy: FamilyPolicy, name: string): PolicyTable {
  return finish(desiredTableInSteps(policy, name));
}

/** {@link desiredTable} in steps. */
export function* desiredTableInSteps(policy: FamilyPolicy, name: string): Steps<PolicyTable> {
  // A policy does not change, and each sync asks for its table again.
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
 * A base chain that begins with `first` and goes on with `rest`, which stands in a chain of its own if the scope limits
 * interfaces: a rule for each leads there. Sets of names with wildcards are newer than nft 1.0.1.
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
