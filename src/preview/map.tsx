// The IPv4 space as a Hilbert map.
import { type Signal, useSignal } from "@preact/signals";
import { formatVerdict, type Verdict } from "../policy/index.ts";
import { HilbertMap } from "./hilbert-map.tsx";
import { ScopeNote } from "./scope-note.tsx";
import { type Block, formatBlock, LOOKS, type Stretch, sizeOf, stretchesIn } from "./space.ts";
import { changes, evaluationBefore, inForce, pointed, stretches, stretchesBefore, view } from "./store.ts";
import { isTouch } from "./touch.ts";
import { formatShare, lookName, ruleName, verdictName } from "./words.ts";

export function MapView() {
  const block = useSignal<Block | undefined>(undefined);
  const now = stretches.value;
  const policy = inForce.value.policy?.find(({ family }) => family === "ipv4");
  if (!now || !policy) return <p class="note">The map is drawn once the config is valid.</p>;
  const old = evaluationBefore.value;
  const point = (at: Block | undefined) => {
    block.value = at;
    const inside = at && stretchesIn(now, at);
    pointed.value = inside?.find(({ rule }) => rule)?.rule;
  };
  return (
    <>
      <p class="note" data-testid="map-order">
        {orderSentence(view.value)}
      </p>
      <Trail
        block={view.value}
        onChoose={(chosen) => {
          view.value = chosen;
          point(undefined);
        }}
      />
      <HilbertMap
        block={view.value}
        stretches={now}
        changes={changes.value}
        onPoint={point}
        onZoom={(block) => {
          view.value = block;
        }}
      />
      <Readout block={block} />
      <Legend stretches={now} isCompared={changes.value !== undefined} />
      <ScopeNote policy={policy} before={old?.policy?.find(({ family }) => family === "ipv4")} testid="scope-map" />
    </>
  );
}

/** How addresses are laid out, and what the numbers mean. */
function orderSentence({ first, bits }: Block): string {
  const path =
    "Addresses follow a Hilbert curve: neighbouring addresses stay close together, and every CIDR is one square or two adjacent ones.";
  const name = formatBlock({ first: first + 10 * sizeOf({ first: 0, bits: bits + 8 }), bits: bits + 8 });
  const what = bits === 24 ? `.10 is the address ${name.slice(0, -3)}` : `${bits === 0 ? "" : "."}10 is ${name}`;
  return `${path} Numbers label the squares: ${what}.`;
}

/** Describes what the pointer is at. Only this is rendered again when the pointer moves. */
function Readout({ block }: { block: Signal<Block | undefined> }) {
  const now = stretches.value;
  const help = isTouch()
    ? "Tap a block to see what decides; tap it again to zoom in."
    : "Point at a block to see what decides; click to zoom in. With the keyboard, arrow keys move, Enter zooms in and Escape zooms out.";
  return (
    <p class="readout" role="status" data-testid="readout">
      {block.value && now ? describe(block.value, now, stretchesBefore.value) : help}
    </p>
  );
}

/** The path from the whole space to the block in view. */
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

function Legend({ stretches: all, isCompared }: { stretches: readonly Stretch[]; isCompared: boolean }) {
  const counts = countAddresses(all);
  // Omit verdicts that do not occur.
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
      <li>
        <span class="swatch dot" /> too small to draw
      </li>
      {isCompared && (
        <li>
          <span class="swatch changed" /> verdict changes
        </li>
      )}
    </ul>
  );
}

/** The number of addresses for each verdict. */
function countAddresses(all: readonly Stretch[]): Record<Verdict["kind"], number> {
  const counts = { keep: 0, masquerade: 0, snat: 0 };
  for (const [i, { first, verdict }] of all.entries()) counts[verdict.kind] += (all[i + 1]?.first ?? 2 ** 32) - first;
  return counts;
}
