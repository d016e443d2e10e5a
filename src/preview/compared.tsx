// What changes from the previous config to the current one: blocks of addresses, settings, flows.
import { computed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { formatDuration } from "../config/index.ts";
import { diffSettings, type FamilyPolicy } from "../policy/index.ts";
import { VerdictBadge } from "./badge.tsx";
import { type ChangedBlock, changedBlocks } from "./changes.ts";
import { followLines, hasLines, report } from "./lines.ts";
import {
  before,
  evaluationBefore,
  files,
  inForce,
  openFile,
  openFileBefore,
  pointed,
  pointedBefore,
  tab,
  view,
} from "./store.ts";
import { formatAddresses, formatCount, plural, ruleName } from "./words.ts";

/** The number of blocks that are listed for each family. */
const SHOWN = 200;

interface FamilyChanges {
  readonly family: FamilyPolicy["family"];
  readonly blocks: readonly ChangedBlock[];
  readonly settings: readonly string[];
}

const changesByFamily = computed<readonly FamilyChanges[] | undefined>(() => {
  const old = evaluationBefore.value?.policy;
  const now = inForce.value.policy;
  if (!old || !now) return undefined;
  return now.flatMap((after): readonly FamilyChanges[] => {
    const policy = old.find(({ family }) => family === after.family);
    if (!policy) return [];
    const settings = diffSettings(policy, after).map(({ text }) => text);
    return [{ family: after.family, blocks: changedBlocks(policy, after), settings }];
  });
});

/** The change of the resync interval, which applies to both families; undefined if there is none. */
const resyncChange = computed<string | undefined>(() => {
  const old = evaluationBefore.value?.parsed.config?.resyncInterval;
  const now = inForce.value.resyncInterval;
  if (old === undefined || now === undefined || old === now) return undefined;
  return `resync interval: ${formatDuration(old)} → ${formatDuration(now)}`;
});

export function Changes() {
  useEffect(followLines, []);
  if (before.value === undefined) {
    return (
      <div class="empty">
        <p>Nothing is compared yet.</p>
        <p class="note">
          Keep the current config as “Before”, then edit it. This view lists every block whose verdict changes.
        </p>
        <button
          type="button"
          class="primary"
          onClick={() => {
            before.value = files.value;
          }}
        >
          Compare with this config
        </button>
      </div>
    );
  }
  const found = changesByFamily.value;
  if (!found) return <p class="note">The changes are shown once both configs are valid.</p>;
  const resync = resyncChange.value;
  const isSame = !resync && found.every(({ blocks, settings }) => blocks.length === 0 && settings.length === 0);
  return (
    <>
      <p role="status" data-testid="changes-status">
        {isSame ? "No verdict changes." : describeChanges(found)}
      </p>
      {resync && (
        <ul class="settings" data-testid="settings">
          <li>{resync}</li>
        </ul>
      )}
      {found.map(({ family, blocks, settings }) => (
        <section key={family} class="block">
          {found.length > 1 && (blocks.length > 0 || settings.length > 0) && <h3>{NAMES[family]}</h3>}
          {settings.length > 0 && (
            <ul class="settings" data-testid={`settings-${family}`}>
              {settings.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          )}
          {blocks.length > 0 && <Blocks blocks={blocks} />}
        </section>
      ))}
      <FlowChanges />
    </>
  );
}

const NAMES = { ipv4: "IPv4", ipv6: "IPv6" } as const;

function describeChanges(found: readonly FamilyChanges[]): string {
  const parts = found.flatMap(({ family, blocks }) => {
    if (blocks.length === 0) return [];
    const count = blocks.reduce((sum, one) => sum + one.count, 0n);
    return [
      `${plural(blocks.length, `${found.length > 1 ? `${NAMES[family]} ` : ""}block`)} (${formatAddresses(count)})`,
    ];
  });
  if (parts.length === 0) return "No verdict changes, but settings do.";
  const sentence = `The verdict changes for ${parts.join(" and ")}.`;
  const hasSettings = found.some(({ settings }) => settings.length > 0);
  // A list of blocks cannot show sources and interfaces.
  return hasSettings
    ? `${sentence} The settings below change too, and with them which packets the rules apply to.`
    : sentence;
}

function Blocks({ blocks }: { blocks: readonly ChangedBlock[] }) {
  return (
    <>
      <ol class="blocks" data-testid="blocks">
        {blocks.slice(0, SHOWN).map((block) => (
          <Row key={block.name} block={block} />
        ))}
      </ol>
      {blocks.length > SHOWN && <p class="note">and {formatCount(blocks.length - SHOWN)} smaller blocks</p>}
    </>
  );
}

/** Marks the entries that decide about a block in both editors. */
function point(block: ChangedBlock | undefined): void {
  pointed.value = block?.rule;
  pointedBefore.value = block?.ruleBefore;
}

function openFilesOf({ rule, ruleBefore }: ChangedBlock): void {
  if (rule?.origin) openFile.value = rule.origin.file;
  if (ruleBefore?.origin) openFileBefore.value = ruleBefore.origin.file;
}

function Row({ block }: { block: ChangedBlock }) {
  const { family, name, count, before: old, after, rule, ruleBefore } = block;
  return (
    <li onMouseEnter={() => point(block)} onMouseLeave={() => point(undefined)}>
      <button
        type="button"
        class="name"
        title="Mark the entries that decide"
        onFocus={() => point(block)}
        onBlur={() => point(undefined)}
        onClick={() => {
          point(block);
          openFilesOf(block);
        }}
      >
        {name}
      </button>
      <span class="count">{formatAddresses(count)}</span>
      <span class="turn">
        <VerdictBadge verdict={old} /> → <VerdictBadge verdict={after} />
      </span>
      {family === "ipv4" && (
        <button
          type="button"
          class="link"
          aria-label={`Show ${name} on the map`}
          onClick={() => {
            view.value = viewOf(block);
            tab.value = "map";
          }}
        >
          on the map
        </button>
      )}
      <span class="detail">{ruleBefore === rule ? ruleName(rule) : `${ruleName(ruleBefore)} → ${ruleName(rule)}`}</span>
    </li>
  );
}

/** Returns the smallest view of the map that shows the whole block and some of its surroundings. */
function viewOf({ first, last }: ChangedBlock) {
  const fits = (bits: number) => first >> BigInt(32 - bits) === last >> BigInt(32 - bits);
  // If the block filled the view, it would be a plain square.
  const bits = [24, 16, 8].find((length) => fits(length) && last - first + 1n < 1n << BigInt(32 - length)) ?? 0;
  const size = 2 ** (32 - bits);
  return { first: Math.floor(Number(first) / size) * size, bits };
}

/** The same for the flows of a log. */
function FlowChanges() {
  if (!hasLines.value || typeof report.value !== "object") {
    return (
      <p class="note">
        Add a flow log under{" "}
        <button
          type="button"
          class="link"
          onClick={() => {
            tab.value = "flows";
          }}
        >
          Flows
        </button>{" "}
        to count the flows that change.
      </p>
    );
  }
  const { lines, changed, turns } = report.value;
  return (
    <section class="block">
      <h3>Flows</h3>
      <p role="status" data-testid="flows-changed">
        {changed === 0
          ? `None of ${plural(lines, "flow")} changes.`
          : `${formatCount(changed)} of ${plural(lines, "flow")} change.`}
      </p>
      {turns.length > 0 && (
        <ol class="blocks" data-testid="turns">
          {turns.slice(0, SHOWN).map(({ before: old, after, entry, count }) => (
            <li key={`${entry}`}>
              <b class="count">{formatCount(count)}</b>
              <span class="turn">
                <VerdictBadge verdict={old} /> → <VerdictBadge verdict={after} />
              </span>
              <span class="detail">{entry}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
