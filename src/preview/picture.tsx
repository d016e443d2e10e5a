// The picture: the IPv4 space as a Hilbert map, and IPv6 as a tree.
import { type Signal, useSignal } from "@preact/signals";
import { type FamilyPolicy, formatVerdict, type Verdict } from "../policy/index.ts";
import { HilbertMap } from "./hilbert-map.tsx";
import { PrefixTree } from "./prefix-tree.tsx";
import { type Block, formatBlock, LOOKS, type Stretch, sizeOf, stretchesIn } from "./space.ts";
import { changes, inForce, other, otherStretches, pointed, stretches, view } from "./store.ts";
import { enforceSentence, formatShare, lookName, ruleName, scopeSentence, verdictName } from "./words.ts";

export function Picture() {
  const block = useSignal<Block | undefined>(undefined);
  const now = stretches.value;
  const { policy } = inForce.value;
  if (!now || !policy) return <p class="note">The picture comes with a valid config.</p>;
  const point = (at: Block | undefined) => {
    block.value = at;
    const inside = at && stretchesIn(now, at);
    pointed.value = inside?.find(({ rule }) => rule)?.rule;
  };
  return (
    <>
      <Trail block={view.value} onChoose={(block) => (view.value = block)} />
      <HilbertMap
        block={view.value}
        stretches={now}
        changes={changes.value}
        onPoint={point}
        onZoom={(block) => {
          view.value = block;
        }}
      />
      {other.value && !other.value.policy && (
        <p class="problem">The config that is compared with is invalid: nothing is compared.</p>
      )}
      <Readout block={block} />
      <Legend stretches={now} others={otherStretches.value} />
      <ScopeNote policy={ipv4(policy)} before={ipv4(other.value?.policy)} testid="scope-ipv4" />
      <h3>IPv6</h3>
      <ScopeNote policy={ipv6(policy)} before={ipv6(other.value?.policy)} testid="scope-ipv6" />
      <PrefixTree policy={ipv6(policy)} before={other.value && ipv6(other.value.policy)} />
    </>
  );
}

const ipv4 = (policy: readonly FamilyPolicy[] | undefined) => policy?.find(({ family }) => family === "ipv4");
const ipv6 = (policy: readonly FamilyPolicy[] | undefined) => policy?.find(({ family }) => family === "ipv6");

interface ScopeNoteProps {
  readonly policy: FamilyPolicy | undefined;
  readonly before: FamilyPolicy | undefined;
  readonly testid: string;
}

const EVERY_PACKET = "Packets from any source and by any interface are subject to the config.";

const sentencesOf = (policy: FamilyPolicy): string =>
  [scopeSentence(policy) ?? EVERY_PACKET, enforceSentence(policy) ?? []].flat().join(" ");

/** What is true of the verdicts besides the destination, which is all that the map and the tree show. */
function ScopeNote({ policy, before, testid }: ScopeNoteProps) {
  if (!policy) return null;
  const now = sentencesOf(policy);
  const old = before ? sentencesOf(before) : now;
  if (now === old)
    return now === EVERY_PACKET ? null : (
      <p class="note" data-testid={testid}>
        {now}
      </p>
    );
  return (
    <p class="note" data-testid={testid}>
      {now} In the config that it is compared with: {old} This difference is not marked.
    </p>
  );
}

/** What is pointed at. It is all that is drawn anew when the pointer moves. */
function Readout({ block }: { block: Signal<Block | undefined> }) {
  const now = stretches.value;
  const help = "Point at a block, or move with the arrow keys; Enter zooms in, Escape out.";
  return (
    <p class="readout" role="status" data-testid="readout">
      {block.value && now ? describe(block.value, now, otherStretches.value) : help}
    </p>
  );
}

/** The way from the whole space to the block in view. */
function Trail({ block, onChoose }: { block: Block; onChoose: (block: Block) => void }) {
  const steps = Array.from({ length: block.bits / 8 + 1 }, (_, i) => {
    const size = sizeOf({ first: 0, bits: i * 8 });
    return { first: Math.floor(block.first / size) * size, bits: i * 8 };
  });
  return (
    <nav class="trail" aria-label="The block in view">
      {steps.map((step) => (
        <button
          key={step.bits}
          type="button"
          aria-current={step.bits === block.bits ? "true" : undefined}
          onClick={() => onChoose(step)}
        >
          {formatBlock(step)}
        </button>
      ))}
    </nav>
  );
}

function describe(block: Block, now: readonly Stretch[], before: readonly Stretch[] | undefined): string {
  const name = block.bits === 32 ? formatBlock(block).slice(0, -3) : formatBlock(block);
  const say = (all: readonly Stretch[]) => {
    const inside = stretchesIn(all, block);
    const verdicts = new Map(inside.map(({ verdict }) => [formatVerdict(verdict), verdict]));
    const [only] = verdicts.values();
    if (verdicts.size === 1 && only) {
      const rules = new Set(inside.map(({ rule }) => rule));
      const [rule] = rules;
      return `${verdictName(only)} (${rules.size > 1 ? `${rules.size} entries decide` : ruleName(rule)})`;
    }
    const named = [...new Set(inside.flatMap(({ rule }) => (rule ? [rule.prefix.network] : [])))];
    return `${lookName("mixed")}: ${named.slice(0, 4).join(", ")}${named.length > 4 ? ` and ${named.length - 4} more` : ""}`;
  };
  const after = say(now);
  const old = before && say(before);
  return old === undefined || old === after ? `${name}: ${after}` : `${name}: ${after}; before: ${old}`;
}

function Legend({ stretches: all, others }: { stretches: readonly Stretch[]; others: readonly Stretch[] | undefined }) {
  const counts = countAddresses(all);
  // A verdict that the config does not have needs no place.
  const looks = LOOKS.filter((look) => look !== "snat" || counts.snat > 0);
  const shares = {
    keep: formatShare(counts.keep),
    masquerade: formatShare(counts.masquerade),
    snat: formatShare(counts.snat),
    mixed: "",
  };
  return (
    <ul class="legend">
      {looks.map((look) => (
        <li key={look}>
          <span class={`swatch ${look}`} /> {lookName(look)} <b>{shares[look]}</b>
        </li>
      ))}
      {others && (
        <li>
          <span class="swatch changed" /> changes its verdict
        </li>
      )}
    </ul>
  );
}

/** How many addresses have which verdict. */
function countAddresses(all: readonly Stretch[]): Record<Verdict["kind"], number> {
  const counts = { keep: 0, masquerade: 0, snat: 0 };
  for (const [i, { first, verdict }] of all.entries()) counts[verdict.kind] += (all[i + 1]?.first ?? 2 ** 32) - first;
  return counts;
}
