// impact without lines: which addresses a change to the config would treat differently.
import { formatIntervals, type Interval } from "../core/index.ts";
import { type Decision, diffJudges, formatVerdict, type Judge } from "../policy/index.ts";
import { type Io, printData } from "./io.ts";
import { decisionData, reasonOf } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

/** How many changes text output shows, and blocks of each; the others are counted. */
const MAX_CHANGES = 100;
const MAX_BLOCKS = 4;

/** Addresses that the two configs treat differently, by the rules that decide. */
interface Change {
  /** The number of the first block: orders changes of equal size by address. */
  readonly place: number;
  readonly from: number;
  readonly to: number;
  addresses: bigint;
  readonly blocks: Interval[];
}

/** Exits with 0, whether or not something would change. */
export function impactOnAddresses(old: Judge, wanted: Judge, settings: Settings, io: Io): number {
  const changes = changesOf(old, wanted);
  const mayChange = ({ from, to }: Change) => old.depends(from) || wanted.depends(to);
  const sum = (some: readonly Change[]) => some.reduce((all, { addresses }) => all + addresses, 0n);
  const changed = sum(changes.filter((change) => !mayChange(change)));
  const unsure = sum(changes.filter(mayChange));
  if (settings.json) {
    printData(io, {
      ...{ changed, mayChange: unsure },
      changes: changes.map(({ addresses, from, to, blocks }) => {
        const before = old.decision(from);
        const after = wanted.decision(to);
        return {
          ...{ addresses, from: decisionData(before), to: decisionData(after) },
          blocks: formatIntervals(before.family, blocks),
        };
      }),
    });
    return 0;
  }
  for (const change of changes.slice(0, MAX_CHANGES))
    printChange(change, old.decision(change.from), wanted.decision(change.to), io);
  if (changes.length > MAX_CHANGES) io.print(`… and ${changes.length - MAX_CHANGES} more changes`);
  io.print(`${countOf(changed)} would get a different verdict`);
  if (unsure > 0n) io.print(`${countOf(unsure)} may: it depends on their packets' source or interface`);
  return 0;
}

/** The differences by pair of rules, those with the most addresses first. */
function changesOf(old: Judge, wanted: Judge): readonly Change[] {
  const changes = new Map<number, Change>();
  let place = 0;
  for (const { differences } of diffJudges(old, wanted, ["ipv4", "ipv6"])) {
    for (const { first, last, before, after } of differences) {
      const pair = before * wanted.length + after;
      let change = changes.get(pair);
      if (!change) {
        change = { place, from: before, to: after, addresses: 0n, blocks: [] };
        changes.set(pair, change);
      }
      place++;
      change.addresses += last - first + 1n;
      change.blocks.push({ first, last });
    }
  }
  return [...changes.values()].sort((a, b) =>
    a.addresses === b.addresses ? a.place - b.place : a.addresses > b.addresses ? -1 : 1,
  );
}

const countOf = (addresses: bigint) => `${addresses.toLocaleString("en")} address${addresses === 1n ? "" : "es"}`;

function printChange({ addresses, blocks }: Change, from: Decision, to: Decision, io: Io): void {
  const shown = formatIntervals(from.family, blocks.slice(0, MAX_BLOCKS));
  const more = blocks.length > shown.length ? `, and ${blocks.length - shown.length} more blocks` : "";
  io.print(`${countOf(addresses)}: ${shown.join(", ")}${more}`);
  io.print(`  ${io.color.red(`- ${formatVerdict(from.verdict)}: ${reasonOf(from)}`)}`);
  io.print(`  ${io.color.green(`+ ${formatVerdict(to.verdict)}: ${reasonOf(to)}`)}`);
}
