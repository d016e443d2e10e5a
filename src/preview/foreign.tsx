// The pasted rules of other programs, with those that override the config marked.
import { formatIntervals } from "../core/index.ts";
import {
  type BaseChain,
  type EarlyEnd,
  type ForeignRules,
  type ForeignTranslation,
  foreignRules,
  isOurs,
  type NatView,
  type Ours,
  type Rule,
} from "../netfilter/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import { pastedViews } from "./on-node.ts";
import { inForce } from "./store.ts";
import { either, plural } from "./words.ts";

/** If a chain has more rules, only the relevant ones are shown: kube-proxy writes thousands. */
const SHOWN = 60;

export function Foreign({ policy }: { readonly policy: FamilyPolicy }) {
  const { family, chain } = policy;
  const view = pastedViews.value[family];
  if (view.groups.length === 0) return null;
  const ours = { chain, table: inForce.value.flags.table };
  const found = foreignRules(view, policy, ours);
  const name = family === "ipv4" ? "IPv4" : "IPv6";
  const count = found.translations.length + found.ends.length;
  return (
    <section class="block foreign" data-testid={`foreign-${family}`}>
      <h3>Rules of other programs, {name}</h3>
      <p role="status" class={count > 0 ? "problem" : ""}>
        {count > 0
          ? `${count === 1 ? "1 rule of another program overrides" : `${count} rules of other programs override`} the config.`
          : "None of the pasted rules of other programs overrides the config."}
      </p>
      {found.gaps.map((gap) => (
        <p key={gap} class="note">
          Not certain: {gap}
        </p>
      ))}
      <Hook view={view} found={found} ours={ours} policy={policy} />
    </section>
  );
}

interface HookProps {
  readonly view: NatView;
  readonly found: ForeignRules;
  readonly ours: Ours;
  readonly policy: FamilyPolicy;
}

/** The chains in the order in which the kernel calls them, with marks at the rules that matter. */
function Hook({ view, found, ours, policy }: HookProps) {
  return (
    <ol class="hook" aria-label="The postrouting NAT hook, in the order in which the kernel calls it">
      {view.groups.flat().map((base) => (
        <li key={placeOf(base)}>
          <p class="place">
            <code>{placeOf(base)}</code> <span class="detail">priority {base.priority}</span>
          </p>
          <Rules base={base} found={found} ours={ours} policy={policy} />
        </li>
      ))}
    </ol>
  );
}

const placeOf = ({ tool, family, table, chain }: BaseChain): string =>
  tool === "nft"
    ? `nft ${family} ${table} ${chain}`
    : `${family === "ip6" ? "ip6tables" : "iptables"} ${table} ${chain}`;

function Rules({ base, found, ours, policy }: Omit<HookProps, "view"> & { readonly base: BaseChain }) {
  const marks = base.rules.map((rule) => marksOf(base, rule, found, ours));
  const isShown = (i: number) => base.rules.length <= SHOWN || marks[i]?.kind !== "other";
  const left = base.rules.filter((_, i) => !isShown(i)).length;
  return (
    <>
      <ol class="rules">
        {base.rules.map((rule, i) => {
          const mark = marks[i];
          if (!mark || !isShown(i)) return null;
          return (
            <li key={rule.number} class={mark.kind}>
              <code>{rule.text}</code>
              {mark.kind === "ours" && <span class="detail">the agent's own</span>}
              {mark.translations.map((one) => (
                <Translation key={one.at.rule.text} found={one} policy={policy} />
              ))}
              {mark.ends.map((one) => (
                <End key={one.at.rule.text} end={one} />
              ))}
            </li>
          );
        })}
      </ol>
      {left > 0 && (
        <p class="note">
          and {plural(left, "rule")} that {left === 1 ? "does" : "do"} not affect this config
        </p>
      )}
    </>
  );
}

interface Marks {
  readonly kind: "overrides" | "ours" | "other";
  readonly translations: readonly ForeignTranslation[];
  readonly ends: readonly EarlyEnd[];
}

function marksOf(base: BaseChain, rule: Rule, { translations, ends }: ForeignRules, ours: Ours): Marks {
  const of = <T extends { readonly at: ForeignTranslation["at"] }>(all: readonly T[]) =>
    all.filter(({ at }) => at.base === base && at.top === rule);
  const marks = { translations: of(translations), ends: of(ends) };
  if (marks.translations.length + marks.ends.length > 0) return { kind: "overrides", ...marks };
  return { kind: isOurs({ base, chain: base.chain, rule, top: rule, depth: 0 }, ours) ? "ours" : "other", ...marks };
}

const POSITIONS = {
  before: "before the agent's rules",
  after: "after the agent's rules",
  unknown: "before or after the agent's rules",
} as const;

/** The number of CIDRs that a sentence names. */
const NAMED = 4;

const listed = (cidrs: readonly string[]): string =>
  cidrs.length > NAMED ? `${cidrs.slice(0, NAMED).join(", ")} and ${cidrs.length - NAMED} more` : cidrs.join(", ");

function Translation({ found, policy }: { readonly found: ForeignTranslation; readonly policy: FamilyPolicy }) {
  const { at, owner, treatment, position, destinations, all, sources, conditions, certain } = found;
  const from = formatIntervals(policy.family, sources);
  // Docker's rule, for example, applies to containers that are not pods.
  const isForPods = policy.scope.sources !== "any" || from.length > NAMED || from.some((cidr) => cidr.endsWith("/0"));
  const verb = treatment.kind === "masqueraded" ? "masquerade" : "translate";
  return (
    <div class="override">
      <p>
        <b>
          {owner?.name ?? "Another program"} {certain && isForPods ? `${verb}s` : `may ${verb}`} packets to{" "}
          {all ? "all kept ranges" : listed(destinations)}
        </b>
        {position && `, ${POSITIONS[position]}`}
        {!isForPods && ` (those from ${listed(from)})`}
        {conditions.length > 0 && `, depending on ${either(conditions)}`}.
      </p>
      {at.rule !== at.top && (
        <p class="detail">
          Chain {at.chain}: <code>{at.rule.text}</code>
        </p>
      )}
      <p class="detail">{owner?.remedy ?? "Remove that rule."}</p>
      {!policy.enforceKeep && (
        <p class="detail">
          Or set <code>enforceNonMasquerade: true</code>, so that no other program can translate these packets.
        </p>
      )}
    </div>
  );
}

/** What happens to packets to some destinations. */
const ENDS = {
  accept: ["lets packets to", "bypass the agent's rules, so they are never masqueraded"],
  return: ["lets packets to", "bypass the agent's rules, so they are never masqueraded"],
  drop: ["drops packets to", "before they reach the agent's rules"],
} as const;

function End({ end: { owner, kind, destinations, at } }: { readonly end: EarlyEnd }) {
  const family = at.base.family === "ip6" ? "ipv6" : "ipv4";
  const [does, rest] = ENDS[kind];
  return (
    <div class="override">
      <p>
        <b>
          {owner?.name ?? "Another program"} {does} {listed(formatIntervals(family, destinations))}
        </b>{" "}
        {rest}.
      </p>
      {owner?.remedy && <p class="detail">{owner.remedy}</p>}
    </div>
  );
}
