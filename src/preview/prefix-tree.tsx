// A family's entries as a tree: what contains what. Compared with another policy, what comes and goes is marked, and where
// that changes a verdict it lights up.
import { memo } from "preact/compat";
import { aggregate, findCovers, parsePrefixes, sortPrefixes } from "../core/index.ts";
import type { FamilyPolicy, PolicyEntry } from "../policy/index.ts";
import { pointed } from "./store.ts";
import { lookName, sourceName } from "./words.ts";

export interface PrefixTreeProps {
  /** Undefined where the agent keeps no rules of the family. */
  readonly policy: FamilyPolicy | undefined;
  /** What it is compared with; undefined: nothing. */
  readonly before: FamilyPolicy | undefined;
}

interface Node {
  readonly entry: PolicyEntry;
  readonly status: "same" | "added" | "removed";
  /** Does what is added or removed change a verdict? */
  readonly changes: boolean;
  readonly children: Node[];
}

/** Entries that are shown; a browser takes long for more. */
const SHOWN = 1_000;

/** Not drawn again while its policies are the same: pointing at the map draws everything else often. */
export const PrefixTree = memo(({ policy, before }: PrefixTreeProps) => {
  if (!policy) return <p class="note">Without --enable-ipv6 the agent keeps no IPv6 rules: nothing is masqueraded.</p>;
  const { roots, left } = treeOf(policy.entries, before?.entries ?? policy.entries);
  return (
    <>
      <ul class="tree" data-testid="tree">
        <li>
          <Row name="::/0" verdict="masquerade" detail="what no entry contains" bits={0} />
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
      {nodes.map(({ entry, status, changes, children }) => (
        <li
          key={entry.prefix.network}
          class={changes ? `${status} changes` : status}
          onMouseEnter={() => {
            pointed.value = entry;
          }}
          onMouseLeave={() => {
            pointed.value = undefined;
          }}
        >
          <Row
            name={entry.prefix.network}
            verdict={status === "removed" && changes ? "masquerade" : entry.verdict}
            detail={`${status === "same" ? "" : `${status}${changes ? "" : ", no verdict changes"}; `}${sourceName(entry)}`}
            bits={entry.prefix.bits}
          />
          <Branch nodes={children} />
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  readonly name: string;
  readonly verdict: "return" | "masquerade";
  readonly detail: string;
  readonly bits: number;
}

function Row({ name, verdict, detail, bits }: RowProps) {
  return (
    <span class="row">
      <code>{name}</code>
      <span class={`verdict ${verdict}`}>{lookName(verdict)}</span>
      <span class="detail">{detail}</span>
      <meter class="depth" min={0} max={128} value={bits} aria-label="prefix length" />
    </span>
  );
}

const networksOf = (entries: readonly PolicyEntry[]) => [...new Set(entries.map(({ prefix }) => prefix.network))];

/** Which of these prefixes lie in others taken together. */
function inside(networks: readonly string[], others: readonly string[]): ReadonlySet<string> {
  // In the smallest list a prefix that lies in several together lies in one.
  const smallest = aggregate(parsePrefixes(others).records);
  const list = Array.from({ length: smallest.length }, (_, i) => smallest.network(i));
  const covers = findCovers(parsePrefixes([...list, ...networks]).records);
  return new Set(
    networks.filter((_, i) => {
      for (let at = covers[list.length + i] ?? -1; at >= 0; at = covers[at] ?? -1) if (at < list.length) return true;
      return false;
    }),
  );
}

/** The entries of both lists, each prefix once, below the longest that contains it. */
function treeOf(now: readonly PolicyEntry[], before: readonly PolicyEntry[]): { roots: readonly Node[]; left: number } {
  const [wanted, had] = [networksOf(now), networksOf(before)];
  const [still, already] = [inside(had, wanted), inside(wanted, had)];
  const [wantedSet, hadSet] = [new Set(wanted), new Set(had)];
  const nodes = new Map<string, Node>();
  for (const entry of [...now, ...before]) {
    const { network } = entry.prefix;
    if (nodes.has(network)) continue;
    const status = !hadSet.has(network) ? "added" : wantedSet.has(network) ? "same" : "removed";
    const changes = (status === "added" && !already.has(network)) || (status === "removed" && !still.has(network));
    nodes.set(network, { entry, status, changes, children: [] });
  }
  const all = [...nodes.values()];
  const { records } = parsePrefixes([...nodes.keys()]);
  const covers = findCovers(records);
  const roots: Node[] = [];
  for (const i of sortPrefixes(records).subarray(0, SHOWN)) {
    const node = all[i];
    if (node) (all[covers[i] ?? -1]?.children ?? roots).push(node);
  }
  return { roots, left: Math.max(0, all.length - SHOWN) };
}
