// Markers for blocks that are too small to see on the map.
import type { SpaceChange } from "../policy/index.ts";
import { type Block, findStretch, type Look, type Stretch, sizeOf } from "./space.ts";

/** A place on the map, as a step of its curve, and its look. */
export interface Marker {
  readonly at: number;
  readonly look: Exclude<Look, "mixed"> | "changed";
}

/** A run of this many cells is visible without a marker. */
const SEEN = 24;

/** The distance between markers, in cells: closer ones would hide their surroundings. */
const APART = 96;

/** The maximum number of markers. */
const MOST = 400;

/** A stretch of equal verdicts, in cells of the map from 0; the end is not part of it. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly look: Marker["look"];
}

/** Returns the markers for a block drawn with `count` cells. In a comparison, only changes have markers. */
export function markersIn(
  block: Block,
  stretches: readonly Stretch[],
  changes: readonly SpaceChange[] | undefined,
  count: number,
): readonly Marker[] {
  const cell = sizeOf(block) / count;
  const markers: Marker[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { from, to, look } of changes ? changedRuns(block, changes) : oddRuns(block, stretches)) {
    const cells = (to - from) / cell;
    const at = Math.floor((from + to) / 2 / cell);
    if (cells >= SEEN || at - last < APART) continue;
    markers.push({ at, look });
    last = at;
    if (markers.length === MOST) break;
  }
  return markers;
}

function* changedRuns(block: Block, changes: readonly SpaceChange[]): Iterable<Run> {
  const size = sizeOf(block);
  let run: Run | undefined;
  for (const { first, last } of changes) {
    const from = Math.max(0, Number(first) - block.first);
    const to = Math.min(size, Number(last) + 1 - block.first);
    if (from >= to) continue;
    if (run?.to === from) run = { ...run, to };
    else {
      if (run) yield run;
      run = { from, to, look: "changed" };
    }
  }
  if (run) yield run;
}

/** Runs with a longer neighbour: exceptions to their surroundings. */
function* oddRuns(block: Block, stretches: readonly Stretch[]): Iterable<Run> {
  const runs = runsIn(block, stretches);
  const lengthOf = (run: Run | undefined) => (run ? run.to - run.from : 0);
  for (const [i, run] of runs.entries()) {
    const around = Math.max(lengthOf(runs[i - 1]), lengthOf(runs[i + 1]));
    if (around > lengthOf(run)) yield run;
  }
}

function runsIn(block: Block, stretches: readonly Stretch[]): readonly Run[] {
  const end = block.first + sizeOf(block);
  const runs: Run[] = [];
  for (let i = findStretch(stretches, block.first); i < stretches.length; i++) {
    const stretch = stretches[i];
    if (!stretch || stretch.first >= end) break;
    const from = Math.max(stretch.first, block.first) - block.first;
    const to = Math.min(stretches[i + 1]?.first ?? 2 ** 32, end) - block.first;
    const previous = runs.at(-1);
    if (previous?.look === stretch.verdict.kind) runs[runs.length - 1] = { ...previous, to };
    else runs.push({ from, to, look: stretch.verdict.kind });
  }
  return runs;
}
