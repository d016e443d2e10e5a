// A family's rules as a tree of prefixes. In a comparison, added and removed rules are marked, and highlighted if a verdict
// changes.
import { memo } from "preact/compat";
import { type Family, findCovers, parsePrefixes, sortPrefixes } from "../core/index.ts";
import { diffSpaces, type FamilyPolicy, type PolicyRule, sameVerdict, spaceOf, type Verdict } from "../policy/index.ts";
import { VerdictBadge } from "./badge.tsx";
import { openFile, pointed } from "./store.ts";
import { formatAddresses, sourceName } from "./words.ts";

export interface PrefixTreeProps {
  readonly policy: FamilyPolicy;
  /** The policy to compare with; undefined if there is none. */
  readonly before: FamilyPolicy | undefined;
}

interface Node {
  readonly rule: PolicyRule;
  readonly status: "same" | "added" | "removed" | "changed";
  /** Whether that changes the verdict of an address. */
  readonly changes: boolean;
  /** What happens to its addresses now. */
  readonly verdict: Verdict;
  readonly children: Node[];
}

/** The number of entries that are shown: more would take too long to render. */
const SHOWN = 1_000;

/** Rerenders only if its policies change: pointing at the map rerenders the rest often. */
export const PrefixTree = memo(({ policy, before }: PrefixTreeProps) => {
  const { roots, left } = treeOf(policy, before ?? policy);
  return (
    <>
      <ul class="tree" data-testid="tree">
        <li>
          <Row
            name={policy.family === "ipv4" ? "0.0.0.0/0" : "::/0"}
            verdict={policy.fallback}
            detail="everything that no entry contains"
            family={policy.family}
            bits={0}
          />
          <Branch nodes={roots} />
        </li>
      </ul>
      {left > 0 && <p class="note">and {left} more entries</p>}
    </>
  );
});

function Branch({ nodes }: { nodes: readonly Node[] }) {
  if (nodes.length === 0) return null;
  return (
    <ul>
      {nodes.map(({ rule, status, changes, verdict, children }) => (
        <li
          key={rule.prefix.network}
          class={changes ? `${status} changes` : status}
          onMouseEnter={() => point(rule)}
          onMouseLeave={() => point(undefined)}
        >
          <Row
            name={rule.prefix.network}
            rule={rule}
            verdict={verdict}
            detail={`${status === "same" ? "" : `${status}${changes ? "" : ", no verdict changes"}; `}${sourceName(rule)}`}
            family={rule.prefix.family}
            bits={rule.prefix.bits}
          />
          <Branch nodes={children} />
        </li>
      ))}
    </ul>
  );
}

/** Marks an entry in the editor. */
function point(rule: PolicyRule | undefined): void {
  pointed.value = rule;
}

interface RowProps {
  /** The entry; undefined for addresses that no entry contains. */
  readonly rule?: PolicyRule;
  readonly name: string;
  readonly verdict: Verdict;
  readonly detail: string;
  readonly family: Family;
  readonly bits: number;
}

function Row({ rule, name, verdict, detail, family, bits }: RowProps) {
  const width = family === "ipv4" ? 32 : 128;
  return (
    <span class="row">
      {rule?.origin ? (
        <button
          type="button"
          class="name"
          title="Mark it in the editor"
          onFocus={() => point(rule)}
          onBlur={() => point(undefined)}
          onClick={() => {
            point(rule);
            openFile.value = rule.origin?.file ?? "";
          }}
        >
          <code>{name}</code>
        </button>
      ) : (
        <code>{name}</code>
      )}
      <VerdictBadge verdict={verdict} />
      <span class="count">{formatAddresses(1n << BigInt(width - bits))}</span>
      <span class="detail">{detail}</span>
    </span>
  );
}

/** The rules of both policies, each prefix once, below the longest that contains it. */
function treeOf(now: FamilyPolicy, before: FamilyPolicy): { roots: readonly Node[]; left: number } {
  const had = new Map(before.rules.map((rule) => [rule.prefix.network, rule]));
  const wanted = new Map(now.rules.map((rule) => [rule.prefix.network, rule]));
  // For each rule, before or after, that decides addresses whose verdict changes: the verdict after.
  const turned = new Map<string, Verdict>();
  const { family } = now;
  for (const change of before === now ? [] : diffSpaces(spaceOf([before], family), spaceOf([now], family))) {
    for (const rule of [change.before.rule, change.after.rule]) {
      if (rule && !turned.has(rule.prefix.network)) turned.set(rule.prefix.network, change.after.verdict);
    }
  }
  const nodes = [...new Map([...had, ...wanted])].map(([network, rule]): Node => {
    const old = had.get(network);
    const kept = wanted.get(network);
    const status = !kept ? "removed" : !old ? "added" : sameVerdict(old.verdict, kept.verdict) ? "same" : "changed";
    const verdict = turned.get(network);
    const changes = verdict !== undefined && status !== "same";
    return { rule, status, changes, verdict: changes ? verdict : rule.verdict, children: [] };
  });
  const { records } = parsePrefixes(nodes.map(({ rule }) => rule.prefix.network));
  const covers = findCovers(records);
  const roots: Node[] = [];
  for (const i of sortPrefixes(records).subarray(0, SHOWN)) {
    const node = nodes[i];
    if (node) (nodes[covers[i] ?? -1]?.children ?? roots).push(node);
  }
  return { roots, left: Math.max(0, nodes.length - SHOWN) };
}
