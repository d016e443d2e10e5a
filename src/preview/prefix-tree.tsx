// A family's entries as a tree: what contains what. Compared with another policy, what comes and goes is marked.
import { findCovers, parsePrefixes, sortPrefixes } from "../core/index.ts";
import type { FamilyPolicy, PolicyEntry } from "../policy/index.ts";
import { shown } from "./store.ts";
import { entryName, lookName } from "./words.ts";

export interface PrefixTreeProps {
  /** Undefined where the agent keeps no rules of the family. */
  readonly policy: FamilyPolicy | undefined;
  readonly before: FamilyPolicy | undefined;
  readonly compared: boolean;
}

interface Node {
  readonly entry: PolicyEntry;
  readonly status: "same" | "added" | "removed";
  readonly children: Node[];
}

export function PrefixTree({ policy, before, compared }: PrefixTreeProps) {
  if (!policy) return <p class="note">Without --enable-ipv6 the agent keeps no IPv6 rules: nothing is masqueraded.</p>;
  return (
    <ul class="tree" data-testid="tree">
      <li>
        <Row name="::/0" verdict="masquerade" detail="what no entry contains" bits={0} />
        <Branch nodes={treeOf(policy.entries, compared ? (before?.entries ?? []) : policy.entries)} />
      </li>
    </ul>
  );
}

function Branch({ nodes }: { nodes: readonly Node[] }) {
  if (nodes.length === 0) return null;
  return (
    <ul>
      {nodes.map(({ entry, status, children }) => (
        <li
          key={entry.prefix.network}
          class={status}
          onMouseEnter={() => (shown.value = entry)}
          onMouseLeave={() => (shown.value = undefined)}
        >
          <Row
            name={entry.prefix.network}
            verdict={entry.verdict}
            detail={`${status === "same" ? "" : `${status}; `}${entryName(entry).split(", ")[1] ?? ""}`}
            bits={entry.prefix.bits}
          />
          <Branch nodes={children} />
        </li>
      ))}
    </ul>
  );
}

function Row({
  name,
  verdict,
  detail,
  bits,
}: {
  name: string;
  verdict: "return" | "masquerade";
  detail: string;
  bits: number;
}) {
  return (
    <span class="row">
      <code>{name}</code>
      <span class={`verdict ${verdict}`}>{lookName(verdict)}</span>
      <span class="detail">{detail}</span>
      <meter class="depth" min={0} max={128} value={bits} aria-label="prefix length" />
    </span>
  );
}

/** The entries of both lists, each prefix once, below the longest that contains it. */
function treeOf(now: readonly PolicyEntry[], before: readonly PolicyEntry[]): readonly Node[] {
  const nodes = new Map<string, Node>();
  const had = new Set(before.map(({ prefix }) => prefix.network));
  for (const entry of now) {
    const { network } = entry.prefix;
    if (!nodes.has(network)) nodes.set(network, { entry, status: had.has(network) ? "same" : "added", children: [] });
  }
  for (const entry of before) {
    const { network } = entry.prefix;
    if (!nodes.has(network)) nodes.set(network, { entry, status: "removed", children: [] });
  }
  const all = [...nodes.values()];
  const { records } = parsePrefixes([...nodes.keys()]);
  const covers = findCovers(records);
  const roots: Node[] = [];
  for (const i of sortPrefixes(records)) {
    const node = all[i];
    if (node) (all[covers[i] ?? -1]?.children ?? roots).push(node);
  }
  return roots;
}
